"""How complaints are written."""

import pytest

from caddylite.cel.problems import NOWHERE, BadExpression, Problems, shown


def said(source: str, *found: tuple[int, str]) -> str:
    problems = Problems(source)
    for at, message in found:
        problems.add(at, message)
    with pytest.raises(BadExpression) as caught:
        problems.stop_if_any()
    return str(caught.value)


def test_line_column_and_caret():
    assert said("a +\n\tb", (5, "bad")) == "ERROR: <input>:2:2: bad\n |  b\n | .^"


def test_wide_characters_get_wide_dots():
    assert said("é é", (2, "bad")) == ("ERROR: <input>:1:3: bad\n | é é\n | \uff0e.\uff3e")


def test_problems_are_in_the_order_of_their_places():
    assert [line[:17] for line in said("ab", (1, "x"), (0, "y")).split("\n")[::3]] == [
        "ERROR: <input>:1:", "ERROR: <input>:1:",
    ]  # fmt: skip
    assert said("ab", (1, "x"), (0, "y")).startswith("ERROR: <input>:1:1: y")


def test_a_problem_without_a_place():
    assert said("ab", (NOWHERE, "too long")) == "ERROR: <input>:-1:0: too long"


def test_nothing_at_all():
    assert said("", (0, "bad")) == "ERROR: <input>:1:0: bad"


def test_only_so_many_are_said():
    lines = said("a", *[(0, str(i)) for i in range(103)]).split("\n")
    assert lines[-1] == "3 more errors were truncated"


def test_nothing_is_wrong():
    Problems("a").stop_if_any()


def test_long_lines_are_not_shown():
    assert said("a" * 20_000, (3, "bad")) == "ERROR: <input>:1:4: bad"


def test_line_ends_in_messages_are_written_out():
    assert shown("a\n\tb\r") == "a\\n\\tb\\r"
