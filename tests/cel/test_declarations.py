"""Declarations of functions."""

import pytest

from caddylite.cel.declarations import functions, generic, has_type, overload
from caddylite.cel.types import INT, parse
from caddylite.cel.values import Duration, Map, Uint


def test_signatures():
    made = overload("list(A).(int) -> map(A, B)", len)
    assert [str(p) for p in made.parameters] == ["list(A)", "int"]
    assert str(made.result) == "map(A, B)"
    assert made.member
    assert made.variables == {"A", "B"}
    plain = overload("() -> int", len)
    assert (plain.parameters, plain.result, plain.member) == ((), INT, False)


def test_rows_of_one_name_are_overloads():
    made = functions(("f", "(int) -> int", abs), ("f", "(string) -> int", len))
    assert [str(o.parameters[0]) for o in made["f"].overloads] == ["int", "string"]
    assert not made["f"].by_value


def test_one_implementation_for_all():
    made = generic(abs, "(int) -> int", mixed=("(uint) -> int",))
    assert [o.mixed for o in made.overloads] == [False, True]
    assert made.by_value


@pytest.mark.parametrize(
    ("value", "kind", "answer"),
    [
        (1, "int", True), (Uint(1), "int", False), (True, "int", False), (1.0, "double", True),
        (None, "null", True), (Duration(1), "duration", True), ("a", "dyn", True),
        ("a", "A", True), ([], "list(int)", True), ([1], "list(int)", True),
        (["a"], "list(int)", False), (Map([("a", 1)]), "map(string, int)", True),
        (Map([(1, 1)]), "map(string, int)", False), (object(), "http.Request", True),
        (1, "http.Request", False),
    ],
)  # fmt: skip
def test_types_of_values(value, kind, answer):
    assert has_type(value, parse(kind)) is answer


def test_overloads_and_values():
    made = overload("(int, string) -> int", max)
    assert made.takes([1, "a"])
    assert not made.takes([1])
    assert not made.takes(["a", 1])
