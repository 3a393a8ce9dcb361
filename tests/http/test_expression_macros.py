"""The arguments of request matchers in expressions."""

import pytest

from caddylite.errors import ConfigError
from caddylite.http.expressions import compile_test


@pytest.mark.parametrize(
    "text",
    [
        "path('/a', '/' + 'b', {a.b}, '/' + ({a.b} + 'c'))",
        "protocol('http' + 's')",
        "header({'a': 'b', 'c' + 'd': ['e', {a.b}], {a.b}: []})",
        "file()",
        "file('a', {a.b})",
        "file({'root': '/' + {a.b}, 'try_files': ['a', {a.b}], 'try_policy': 'first_exist'})",
    ],
)
def test_arguments_that_fit(text):
    compile_test(text, "")


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("path()", 0, "matcher requires at least one argument"),
        ("path(1)", 6, "matcher arguments must be string constants"),
        ("path('/a', foo)", 12, "matcher arguments must be string constants"),
        ("protocol(1)", 10, "matcher argument must be a string literal"),
        ("header('a')", 8, "matcher requires a map literal argument"),
        ("header(A{})", 9, "matcher input must be a map literal, not a A"),
        ("header({1: 'a'})", 10, "matcher map keys must be string literals"),
        ("header({'a': 1})", 14, "matcher map values must be string or list literals"),
        ("header({'a': [1]})", 14, "matcher map values must be string or list literals"),
        ("file(1)", 6, "matcher requires either a map or string literal argument"),
        ("file({'nope': 'a'})", 6, "matcher requires either a map or string literal argument"),
        ("file({'root': ['a']})", 6, "matcher requires either a map or string literal argument"),
        ("file('a', 1)", 11, "matcher only supports repeated string literal arguments"),
        ("protocol('a', 'b')", 9, "undeclared reference to 'protocol' (in container '')"),
    ],
)
def test_arguments_that_do_not_fit(text, column, message):
    with pytest.raises(ConfigError) as caught:
        compile_test(text, "")
    line = -1 if column == 0 else 1
    assert str(caught.value).split("\n")[0] == (
        f"compiling CEL program: ERROR: <input>:{line}:{column}: {message}"
    )
