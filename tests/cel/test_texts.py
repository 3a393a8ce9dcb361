"""Functions of strings."""

import pytest

from tests.cel.evaluating import complaint, failure, value


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("'abc'.startsWith('ab')", True), ("'abc'.endsWith('ab')", False),
        ("'abc'.contains('')", True), ("'abc'.matches('^a.c$')", True),
        ("matches('abc', 'd')", False), ("'abc'.matches('b' + '')", True),
        ("'héllo'.charAt(1)", "é"), ("'abc'.charAt(3)", ""), ("'héllo'.indexOf('l')", 2),
        ("'hello'.indexOf('l', 3)", 3), ("'hello'.indexOf('', 9)", 5),
        ("'hello'.indexOf('l', 9)", -1), ("'hello'.lastIndexOf('l')", 3),
        ("'hello'.lastIndexOf('l', 2)", 2), ("'hello'.lastIndexOf('lo', 4)", 3),
        ("'hello'.lastIndexOf('l', 9)", -1), ("'hello'.lastIndexOf('', 2)", 2),
        ("'HÉ'.lowerAscii()", "hÉ"), ("'hé'.upperAscii()", "Hé"),
        ("'a-b-c'.replace('-', '+')", "a+b+c"), ("'a-b-c'.replace('-', '+', 1)", "a+b-c"),
        ("'abc'.replace('', '-', 2)", "-a-bc"), ("'abc'.replace('b', '', -1)", "ac"),
        ("'a'.replace('a', 'b', 9223372036854775807)", "b"), ("'a,b'.split(',')", ["a", "b"]),
        ("'a,b,c'.split(',', 2)", ["a", "b,c"]), ("'a,b'.split(',', 0)", []),
        ("'abc'.split('', 2)", ["a", "bc"]), ("'abc'.split('')", ["a", "b", "c"]),
        ("'a,b'.split(',', 9223372036854775807)", ["a", "b"]), ("'héllo'.substring(1)", "éllo"),
        ("'héllo'.substring(1, 3)", "él"), ("'\\u3000 a\\n'.trim()", "a"),
        ("strings.quote('a\"\\n')", '"a\\"\\n"'), ("['a', 'b'].join('-')", "a-b"),
        ("[].join()", ""), ("'abc'.reverse()", "cba"),
    ],
)  # fmt: skip
def test_values(text, means):
    assert value(text) == means


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("'abc'.charAt(4)", "index out of range: 4"),
        ("'abc'.indexOf('a', -1)", "index out of range: -1"),
        ("'abc'.lastIndexOf('a', -1)", "index out of range: -1"),
        ("'abc'.substring(4)", "index out of range: 4"),
        ("'abc'.substring(2, 1)", "invalid substring range. start: 2, end: 1"),
        ("'abc'.substring(0, 4)", "index out of range: 4"),
        ("dyn(['a', 1]).join()", "join: invalid input: 1"),
        ("dyn('a').contains(dyn(1))", "no such overload"),
        ("dyn(1).matches('a')", "no such overload"),
        ("'a'.matches('(' + '')", "error parsing regexp: missing closing ): `(`"),
    ],
)
def test_failures(text, why):
    assert failure(text) == why


def test_a_constant_regular_expression_is_compiled_with_the_expression():
    assert complaint("'a'.matches('(')") == "error parsing regexp: missing closing ): `(`"
