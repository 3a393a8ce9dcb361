"""The syntax tree."""

from caddylite.cel.syntax import (
    Bind,
    Call,
    Comprehension,
    Ident,
    ListExpr,
    Literal,
    MapExpr,
    Select,
    deeper_than,
    qualified_name,
)


def test_qualified_names():
    a = Ident(0, "a")
    assert qualified_name(a) == "a"
    assert qualified_name(Select(1, Select(1, a, "b"), "c")) == "a.b.c"
    assert qualified_name(Select(1, Select(1, a, "b", test=True), "c")) is None
    assert qualified_name(Select(1, Call(0, "f", []), "c")) is None
    assert qualified_name(Literal(0, 1)) is None


def test_depth():
    one = Literal(0, 1)
    assert not deeper_than(one, 1)
    assert not deeper_than(ListExpr(0, [one, one]), 2)
    assert deeper_than(ListExpr(0, [ListExpr(0, [one])]), 2)
    nested = one
    for _ in range(5000):
        nested = ListExpr(0, [nested])
    assert deeper_than(nested, 250)


def test_parts_are_all_that_is_inside():
    a, b, c, d, e = (Literal(i, i) for i in range(5))
    assert list(Call(0, "f", [b, c], a).parts()) == [a, b, c]
    assert list(MapExpr(0, [(0, a, b), (0, c, d)]).parts()) == [a, b, c, d]
    assert list(Select(0, a, "x").parts()) == [a]
    assert list(Comprehension(0, a, "x", "y", b, c, d, e).parts()) == [a, b, c, d, e]
    assert list(Bind(0, "x", a, b).parts()) == [a, b]
    assert list(a.parts()) == []
