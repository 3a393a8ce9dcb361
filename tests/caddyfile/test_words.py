import pytest

from caddylite.caddyfile.files import MemoryFiles
from caddylite.caddyfile.imports import Imports
from caddylite.caddyfile.lexer import tokenize
from caddylite.caddyfile.stream import Stream
from caddylite.caddyfile.words import Words
from caddylite.errors import ConfigError


def terminals(text: str) -> list[str]:
    words = Words(Stream(tokenize(text)), Imports(MemoryFiles({}), {}))
    return [name for name, _ in words.terminals()]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("{\n\tdebug\n}", "_SITE_OPEN WORDS END _SITE_CLOSE"),
        ("a, b {\n}", "KEYS _SITE_OPEN _SITE_CLOSE"),
        ("a,\nb {\n}", "KEYS _SITE_OPEN _SITE_CLOSE"),
        ("a\nb c", "KEYS _BARE WORDS END"),
        ("a", "KEYS _BARE"),
        ("a\nb\n}\nc {\n}", "KEYS _BARE WORDS END _SITE_CLOSE KEYS _SITE_OPEN _SITE_CLOSE"),
        ("(a) {\n\tb {\n\t}\n}", "SNIPPET"),
        ("&(a) {\n\tb\n}", "ROUTE"),
        (
            "a {\n\tb c {\n\t\td\n\t\te {\n\t\t}\n\t}\n\tf\n}",
            "KEYS _SITE_OPEN WORDS _OPEN WORDS _OPEN _CLOSE _CLOSE END WORDS END _SITE_CLOSE",
        ),
        ('a {\n\tb "{" {x} {} c\n}', "KEYS _SITE_OPEN WORDS END _SITE_CLOSE"),
        ("a {\n\tb {\n\t}", "KEYS _SITE_OPEN WORDS _OPEN _CLOSE END _SITE_CLOSE"),
    ],
)
def test_terminals(text, wanted):
    assert " ".join(terminals(text)) == wanted


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "@m {\n}",
            "request matchers may not be defined globally, they must be in a site block; "
            "found @m, at Caddyfile:1",
        ),
        (
            "a, {\n}",
            "Expected another address but had '{' - check for extra comma, at Caddyfile:1",
        ),
        (
            "a{\n}",
            "Site addresses cannot end with a curly brace: 'a{' - put a space between the token "
            "and the brace, at Caddyfile:1",
        ),
        (
            "a,b {\n}",
            "Site addresses cannot contain a comma ',': 'a,b' - put a space after the comma to "
            "separate site addresses, at Caddyfile:1",
        ),
        ("a,", "unexpected EOF, at Caddyfile:1"),
        (
            "a {\n\tb { c\n\t}\n}",
            "Unexpected next token after '{' on same line, at Caddyfile:2",
        ),
        (
            "a {\n\tb\n\t{\n\t}\n}",
            "Unexpected '{' on a new line; did you mean to place the '{' on the previous line?, "
            "at Caddyfile:3",
        ),
        ("a {\n\tb {}\n}", "Unexpected '{}' at end of line, at Caddyfile:2"),
        (
            "(a) {\n}\n(a) {\n}",
            "redeclaration of previously declared snippet a, at Caddyfile:3",
        ),
        (
            "(a)\nimport x",
            "global options block must appear before import directives; move the global options "
            "block to the top of the Caddyfile, at Caddyfile:2",
        ),
        (
            "&(a)\nb",
            "syntax error: unexpected token 'b', expecting '{', at Caddyfile:2 import chain: ['']",
        ),
        (
            "(a) {\n\tb",
            "syntax error: unexpected token 'b', expecting '}', at Caddyfile:2 import chain: ['']",
        ),
    ],
)
def test_complaints(text, message):
    with pytest.raises(ConfigError) as caught:
        terminals(text)
    assert str(caught.value) == message
