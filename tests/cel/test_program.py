"""Expressions from text to value, and that nothing but the right errors comes out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caddylite.cel import program
from caddylite.cel.problems import BadExpression, EvalError
from tests.cel.evaluating import complaint, environment, value

TOKENS = (
    "1", "-1", "2u", "0.5", "'a'", "''", "b'x'", "true", "false", "null", "x", "[", "]", "{", "}",
    "(", ")", ".", ",", "?", ":", "+", "-", "*", "/", "%", "!", "&&", "||", "==", "!=", "<", "in",
    "has", "all", "exists", "map", "filter", "size", "int", "string", "duration", "timestamp",
    "type", "dyn", "cel", "bind", "math", "least", "'%s'", "format", "split", "matches", "'('",
    "`q`", "#", "9223372036854775807", "getHours", "if", "lists", "range", "a.b",
)  # fmt: skip
WHOLE = (
    "[1, 2].map(x, x + 1).filter(x, x > 2).size() == 1", "{'a': 1}.a in [1] ? 'x' : string(2.5)",
    "timestamp('2020-01-01T00:00:00Z').getHours('+01:00') - 1", "'%s %d'.format(['a', 1])",
    "cel.bind(y, duration('1h'), y + y) > duration('1s')", "math.least(1, 2.0, 3u)",
    "has({'a': {}}.a.b) || !dyn([1]).exists(z, z == 'a')", "'a,b'.split(',').join('-')[0]",
)  # fmt: skip


def only_defined_errors(text: str) -> None:
    try:
        run = program.compile(text, environment())
        run()
    except (BadExpression, EvalError):
        pass


@given(st.lists(st.sampled_from(TOKENS), max_size=14).map(" ".join))
def test_tokens_in_any_order(text):
    only_defined_errors(text)


@given(st.sampled_from(WHOLE), st.integers(0, 60), st.integers(0, 6), st.text(max_size=3))
def test_expressions_with_pieces_replaced(text, at, length, piece):
    only_defined_errors(text[:at] + piece + text[at + length :])


@given(st.text(max_size=30))
def test_any_text(text):
    only_defined_errors(text)


@pytest.mark.parametrize("opening", ["(", "[", "{1:", "!", "-", "f(", "a.f(", "1+(", "true?("])
def test_nesting_is_bounded(opening):
    only_defined_errors(opening * 20_000)
    only_defined_errors(opening * 240 + "1")
    closing = {"(": ")", "[": "]", "{": "}"}
    ends = "".join(closing.get(c, "") for c in reversed(opening))
    for depth in (10, 100, 124, 249, 250, 251, 600):
        only_defined_errors(opening * depth + "1" + ends * depth)


def test_loops_in_loops_are_bounded():
    for depth in (5, 40, 80, 120, 200):
        text = "".join(f"[1].all(x{i}, " for i in range(depth)) + "true" + ")" * depth
        only_defined_errors(text)


def test_what_is_too_deep_is_said():
    assert complaint("1" + " + 1" * 250) == (
        "ERROR: <input>:-1:0: expression recursion limit exceeded: 250"
    )
    assert value("1" + " + 1" * 240) == 241


def test_the_type_is_known_before_the_evaluation():
    assert str(program.compile("[1]", environment()).type) == "list(int)"
