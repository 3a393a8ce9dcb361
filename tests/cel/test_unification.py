"""Which types fit where."""

import pytest

from caddylite.cel.types import DYN, INT, parse
from caddylite.cel.unification import fit_all, more_general, settled, substitute


def fits(given: str, wanted: str) -> bool:
    return fit_all({}, (parse(given),), (parse(wanted),)) is not None


@pytest.mark.parametrize(
    ("given", "wanted", "answer"),
    [
        ("int", "int", True), ("int", "uint", False), ("dyn", "int", True), ("int", "dyn", True),
        ("any", "string", True), ("error", "bool", True), ("null", "int", False),
        ("null", "duration", True), ("timestamp", "null", True), ("null", "http.Request", True),
        ("list(int)", "list(int)", True), ("list(int)", "list(string)", False),
        ("list(int)", "list(A)", True), ("map(A, int)", "map(string, int)", True),
        ("map(string, int)", "list(int)", False), ("A", "int", True), ("int", "A", True),
        ("list(A)", "A", False), ("type(int)", "type(string)", True),
    ],
)  # fmt: skip
def test_one_type(given, wanted, answer):
    assert fits(given, wanted) is answer


def test_a_variable_stands_for_one_thing():
    a = parse("A")
    assert fit_all({}, (INT, INT), (a, a)) == {"A": INT}
    assert fit_all({}, (INT, parse("string")), (a, a)) is None
    assert fit_all({}, (INT, DYN), (a, a)) == {"A": DYN}


def test_what_fails_leaves_the_bindings_alone():
    bindings = {"B": INT}
    assert fit_all(bindings, (INT, INT), (parse("A"), parse("string"))) is None
    assert bindings == {"B": INT}


def test_numbers_of_types_differ():
    assert fit_all({}, (INT,), ()) is None


def test_substitution():
    bindings = {"A": parse("list(B)"), "B": INT}
    assert str(substitute(bindings, parse("map(A, C)"))) == "map(list(int), C)"
    assert str(settled(bindings, parse("map(A, C)"))) == "map(list(int), dyn)"


@pytest.mark.parametrize(
    ("one", "other", "general"),
    [("int", "dyn", "dyn"), ("dyn", "int", "dyn"), ("list(int)", "list(dyn)", "list(dyn)"),
     ("int", "int", "int"), ("A", "int", "A")],
)  # fmt: skip
def test_the_more_general_type(one, other, general):
    assert str(more_general(parse(one), parse(other))) == general
