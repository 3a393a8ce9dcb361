"""Complaints about the shape of an expression (compared with Caddy's in tests/differential)."""

import pytest

from tests.cel.evaluating import complaint

EOF = "'<EOF>'"
FIELD = "{'}', ',', '?', IDENTIFIER, ESC_IDENTIFIER}"
VALUE = (
    "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, "
    "STRING, BYTES, IDENTIFIER}"
)


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("1 +", 4, f"mismatched input '<EOF>' expecting {VALUE}"),
        ("1 + + 2", 5, f"extraneous input '+' expecting {VALUE}"),
        ("f(1,)", 5, f"mismatched input ')' expecting {VALUE}"),
        ("(1", 3, "missing ')' at '<EOF>'"),
        ("(1]", 3, "mismatched input ']' expecting ')'"),
        ("f(1 2)", 5, "extraneous input '2' expecting ')'"),
        ("[1, 2", 6, "mismatched input '<EOF>' expecting {']', ','}"),
        ("[1 2]", 4, "extraneous input '2' expecting {']', ','}"),
        ("[,1]", 3, "extraneous input '1' expecting ']'"),
        ("{1: 2", 6, "mismatched input '<EOF>' expecting {'}', ','}"),
        ("{1 2}", 4, "missing ':' at '2'"),
        ("1 ? 2", 6, "mismatched input '<EOF>' expecting ':'"),
        ("1 ? 2 3", 7, "missing ':' at '3'"),
        ("1 2", 3, "extraneous input '2' expecting <EOF>"),
        ("true)", 5, "extraneous input ')' expecting <EOF>"),
        ("a.", 3, "no viable alternative at input '.'"),
        ("a. .b", 4, "no viable alternative at input '. .'"),
        (".1a", 3, "extraneous input 'a' expecting <EOF>"),
        (". + 1", 3, "no viable alternative at input '. +'"),
        ("a.true", 3, "mismatched input 'true' expecting IDENTIFIER"),
        ("-!true", 2, "no viable alternative at input '-!'"),
        ("!", 2, f"extraneous input '<EOF>' expecting {VALUE}"),
        ("a{", 3, f"mismatched input {EOF} expecting {FIELD}"),
        ("'a\n'", 1, "token recognition error at: ''a\\n'"),
    ],
)
def test_what_is_said(text, column, message):
    first = complaint(text).split("\n")[0]
    assert first == f"ERROR: <input>:1:{column}: Syntax error: {message}"
