"""Blocks of a Caddyfile, as they are written."""

from collections.abc import Iterator

from caddylite.caddyfile.lexer import tokenize
from caddylite.caddyfile.token import Token
from caddylite.testing.lint.finding import INFO, Remark
from caddylite.testing.lint.rule import rule
from caddylite.testing.lint.view import View


@rule("L4005", INFO, "block that is never closed")
def never_closed(view: View) -> Iterator[Remark]:
    """Look for a brace that is missing at the end: Caddy takes the end of the file for it."""
    opened: list[Token] = []
    for token in tokenize(view.text, view.file) if view.is_caddyfile else ():
        if token.opens:
            opened.append(token)
        elif token.closes and opened:
            opened.pop()
    if opened:
        yield Remark(
            opened[0].span,
            "the end of the file closes this block: what is added below, a site for instance, is "
            "taken for a part of it",
            "write the missing }",
        )
