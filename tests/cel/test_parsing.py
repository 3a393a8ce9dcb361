"""Text → syntax tree."""

import pytest

from caddylite.cel.macros import STANDARD
from caddylite.cel.parsing import MAX_DEPTH, parse
from caddylite.cel.problems import Problems
from caddylite.cel.syntax import Call, Expr, Ident, ListExpr, Literal, MapExpr, Message, Select


def shape(expr: Expr | None) -> str:
    """Write a tree down."""
    match expr:
        case Literal():
            return repr(expr.value)
        case Ident():
            return expr.name
        case Select():
            return f"({shape(expr.operand)}){'?' * expr.test}.{expr.name}"
        case Call():
            target = f"{shape(expr.target)}." if expr.target else ""
            return f"{target}{expr.function}({', '.join(map(shape, expr.arguments))})"
        case ListExpr():
            return f"[{', '.join(map(shape, expr.elements))}]"
        case MapExpr():
            return "{" + ", ".join(f"{shape(k)}: {shape(v)}" for _, k, v in expr.entries) + "}"
        case Message():
            return f"{expr.name}{{}}"
    return type(expr).__name__


def parsed(text: str) -> str:
    problems = Problems(text)
    found = parse(text, STANDARD, problems)
    problems.stop_if_any()
    return shape(found)


def wrong(text: str) -> list[tuple[int, str]]:
    problems = Problems(text)
    parse(text, STANDARD, problems)
    return problems.found


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("1 + 2 * 3 - 4", "_-_(_+_(1, _*_(2, 3)), 4)"),
        ("(1 + 2) * 3", "_*_(_+_(1, 2), 3)"),
        ("a < b == c in d", "@in(_==_(_<_(a, b), c), d)"),
        ("a || b && c || d", "_||_(a, _&&_(b, c), d)"),
        ("a ? b : c ? d : e", "_?_:_(a, b, _?_:_(c, d, e))"),
        ("!a", "!_(a)"),
        ("!!a", "a"),
        ("---a", "-_(a)"),
        ("-1", "-1"),
        ("!-1.a()", "!_(-1.a())"),
        ("a.b.c", "((a).b).c"),
        ("a.`b c`", "(a).b c"),
        ("a.b(c).d(e, f)", "a.b(c).d(e, f)"),
        ("a[b][c]", "_[_](_[_](a, b), c)"),
        (".a", ".a"),
        (".f(1)", ".f(1)"),
        ("f()", "f()"),
        ("[]", "[]"),
        ("[1, a,]", "[1, a]"),
        ("{}", "{}"),
        ("{a: 1, 'b': c,}", "{a: 1, 'b': c}"),
        ("a.B{}", "a.B{}"),
        ("a.B{c: 1, `d`: 2,}", "a.B{}"),
        ("has(a.b)", "(a)?.b"),
        ("a.in", None),
        ("r.if.for", "((r).if).for"),
    ],
)
def test_trees(text, tree):
    if tree is None:
        assert wrong(text)
    else:
        assert parsed(text) == tree


@pytest.mark.parametrize(
    ("text", "at", "message"),
    [
        ("if", 0, "reserved identifier: if"),
        ("1 + while(2)", 4, "reserved identifier: while"),
        ("a.?b", 1, "unsupported syntax '.?'"),
        ("a[?1]", 1, "unsupported syntax '[?'"),
        ("[?a]", 1, "unsupported syntax '?'"),
        ("{?a: b}", 1, "unsupported syntax '?'"),
        ("A{?a: b}", 2, "unsupported syntax '?'"),
        ("1 + 9223372036854775808", 4, "invalid int literal"),
        ("'\\ud800'", 0, "invalid unicode code point"),
        ("has(a)", 4, "invalid argument to has() macro"),
        ("a().b{c: 1}", 5, "Syntax error: mismatched input '{' expecting <EOF>"),
    ],
)
def test_what_is_refused(text, at, message):
    assert wrong(text) == [(at, message)]


def test_several_mistakes_are_all_told():
    assert [at for at, _ in wrong("if + 1e999 + for")] == [0, 5, 13]


def test_expressions_are_not_too_deep_or_long():
    assert not wrong("(" * 1000 + "1" + ")" * 1000)
    assert wrong("-" + "[" * MAX_DEPTH + "1" + "]" * MAX_DEPTH)[0][1].startswith("expression rec")
    assert wrong("1" + " + 1" * 300)[0][1] == "expression recursion limit exceeded: 250"
    assert "code point size exceeds limit" in wrong("1" + " " * 100_000)[0][1]


def test_many_operands_of_a_logical_operator_are_not_deep():
    assert not wrong("a" + " && a" * 5000)


def test_the_place_of_a_logical_operator_is_in_the_middle():
    problems = Problems("")
    for text, at in (("a && b", 2), ("a && b && c", 7), ("a || b || c || d", 7)):
        found = parse(text, STANDARD, problems)
        assert found is not None
        assert found.at == at
