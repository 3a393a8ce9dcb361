"""Makes a matcher from its Caddyfile syntax and asks it about a request."""

from typing import Any

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.lexer import tokenize
from caddylite.http.matching import MATCHER_NAME, RequestMatcher, Test, parse_matcher
from caddylite.http.request import Headers, Request


def matcher(text: str, name: str = "m") -> RequestMatcher:
    """Read a matcher."""
    tokens = tokenize(text, "Caddyfile")
    context = {MATCHER_NAME: name}
    return parse_matcher(Dispenser(tokens, context), tokens[0].text, tokens, context)


def asked(text: str) -> Test:
    """Prepare a matcher."""
    return matcher(text).prepare(None)


def request(path: str = "/", fields: dict[str, str] | None = None, **more: Any) -> Request:
    """Make a request for a path (as it stands in a request line, with its query)."""
    from urllib.parse import unquote

    raw, _, query = path.partition("?")
    return Request(
        path=unquote(raw, errors="surrogateescape"),
        raw_path=raw,
        query=query,
        headers=Headers((fields or {}).items()),
        **more,
    )
