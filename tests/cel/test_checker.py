"""Types of expressions, and what does not fit."""

import pytest

from caddylite.cel.types import REQUEST, parse
from tests.cel.evaluating import compiled, complaint


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("1", "int"), ("1u", "uint"), ("1.0", "double"), ("''", "string"), ("b''", "bytes"),
        ("true", "bool"), ("null", "null"), ("[1]", "list(int)"), ("[]", "list(dyn)"),
        ("[1, 'a']", "list(dyn)"), ("[[], [1]]", "list(list(int))"), ("{}", "map(dyn, dyn)"),
        ("{'a': 1}", "map(string, int)"), ("{'a': 1, 2: 3}", "map(dyn, int)"),
        ("{'a': 1}.b", "int"), ("{'a': 1}['b']", "int"), ("[1][0]", "int"), ("dyn(1)", "dyn"),
        ("dyn(1).a.b", "dyn"), ("dyn(1) + 1", "int"), ("dyn(1) + dyn(2)", "dyn"),
        ("[1] + []", "list(int)"), ("true ? 1 : 2", "int"), ("true ? dyn(1) : 2", "dyn"),
        ("[1].map(x, string(x))", "list(string)"), ("[1].filter(x, true)", "list(int)"),
        ("{'a': 1}.map(k, k)", "list(string)"), ("[1].exists_one(x, true)", "bool"),
        ("type(1)", "type(int)"), ("int", "type(int)"), ("google.protobuf.Duration",
         "type(duration)"), ("has({'a': 1}.a)", "bool"), ("cel.bind(x, 1, [x])", "list(int)"),
        ("timestamp(0) - timestamp(1)", "duration"), ("math.least(1, 2.0)", "dyn"),
        ("[[1]].flatten()", "list(int)"), ("'a'.split(',')", "list(string)"),
    ],
)  # fmt: skip
def test_types(text, kind):
    assert str(compiled(text).type) == kind


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("foo", 1, "undeclared reference to 'foo' (in container '')"),
        (".foo", 2, "undeclared reference to '.foo' (in container '')"),
        ("foo(1)", 4, "undeclared reference to 'foo' (in container '')"),
        ("'a'.foo()", 8, "undeclared reference to 'foo' (in container '')"),
        ("a.B{}", 4, "undeclared reference to 'a.B' (in container '')"),
        ("1 + 1.0", 3, "found no matching overload for '_+_' applied to '(int, double)'"),
        ("'a'.size(1)", 9, "found no matching overload for 'size' applied to 'string.(int)'"),
        ("[] == 1", 4, "found no matching overload for '_==_' applied to '(list(dyn), int)'"),
        ("!1", 1, "found no matching overload for '!_' applied to '(int)'"),
        ("1 < 1.0", 3, "found no matching overload for '_<_' applied to '(int, double)'"),
        ("1 ? 2 : 3", 3, "found no matching overload for '_?_:_' applied to '(int, int, int)'"),
        ("true && 1", 9, "expected type 'bool' but found 'int'"),
        ("[1].all(x, x)", 12, "expected type 'bool' but found 'int'"),
        ("1.all(x, true)", 1, "expression of type 'int' cannot be range of a comprehension "
         "(must be list, map, or dynamic)"),
        ("'a'.b", 4, "type 'string' does not support field selection"),
        ("has([1].b)", 4, "type 'list(int)' does not support field selection"),
        ("int(foo)", 5, "undeclared reference to 'foo' (in container '')"),
    ],
)  # fmt: skip
def test_what_does_not_fit(text, column, message):
    assert complaint(text).split("\n")[0] == f"ERROR: <input>:1:{column}: {message}"


def test_all_mistakes_are_told_in_order():
    lines = complaint("a + b\n == c").split("\n")
    assert [line.split(":")[2:4] for line in lines if line.startswith("ERROR")] == [
        ["1", "1"], ["1", "5"], ["2", "5"],
    ]  # fmt: skip


def test_variables():
    assert compiled("x + 1", x=parse("int"))(2) == 3
    assert compiled("y ? x : [0]", x=parse("list(int)"), y=parse("bool"))([1], False) == [0]
    assert compiled("[1].map(x, x)[0] + x", x=parse("int"))(10) == 11
    assert compiled("[5].exists(x, .x == 1)", x=parse("int"))(1) is True


def test_fields_of_the_request_are_not_known():
    with pytest.raises(Exception, match=r"unexpected failed resolution of 'http\.Request'"):
        compiled("req.method", req=REQUEST)


def test_any_is_no_range():
    with pytest.raises(Exception, match="expression of type 'any' cannot be range"):
        compiled("x.all(y, true)", x=parse("any"))


def test_once_there_is_a_loop_numbers_of_different_types_can_be_compared():
    assert compiled("[1].exists(x, x < 1.5)")() is True
    assert compiled("cel.bind(x, 1, x) < 1.5")() is True
