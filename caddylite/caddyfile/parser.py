"""Text to server blocks: variables, words, imports, then the grammar."""

import os
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from caddylite.caddyfile.env import expand
from caddylite.caddyfile.files import Files, RealFiles
from caddylite.caddyfile.imports import Imports
from caddylite.caddyfile.lexer import tokenize
from caddylite.caddyfile.stream import Stream
from caddylite.caddyfile.token import Token
from caddylite.caddyfile.words import Words
from caddylite.errors import ConfigError
from caddylite.lalr import Unexpected, load

__all__ = ["Block", "Segment", "parse", "tokenize"]

Segment = list[Token]


class Block(msgspec.Struct, eq=False):
    """A server block: its keys (site addresses; none for the global options) and its segments.

    A segment is the tokens of one directive: its name, its arguments, the block it opens.
    """

    keys: list[Token] = []
    segments: list[Segment] = []
    has_braces: bool = False
    is_named_route: bool = False


def parse(
    text: str,
    file: str = "Caddyfile",
    *,
    environ: Mapping[str, str] | None = None,
    files: Files | None = None,
) -> list[Block]:
    """Parse a Caddyfile, and what it imports, into its server blocks.

    Bytes should be decoded with ``surrogateescape``. Remarks go to :mod:`caddylite.notices`.
    """
    environ = os.environ if environ is None else environ
    expanded = expand(text, environ)
    tokens = tokenize(expanded.text, file, expanded.shift if expanded.starts else None)
    stream = Stream(tokens)
    words = Words(stream, Imports(files or RealFiles(), environ))
    try:
        blocks: list[Block] = load("caddyfile").parse(words.terminals(), _ACTIONS)
    except Unexpected as unexpected:
        raise _complaint(unexpected, stream) from None
    return [block for block in blocks if block.keys or block.segments]


def _complaint(unexpected: Unexpected, stream: Stream) -> ConfigError:
    """Say in Caddy's words what the grammar has refused."""
    if unexpected.terminal == "_CLOSE":
        return stream.err("Unexpected '}' because no matching opening brace")
    if "_CLOSE" in unexpected.expected:
        return stream.err("unexpected EOF", "a block is opened with '{' and never closed")
    return stream.syntax_err("}", "the block is never closed")


def _options(segments: list[Segment]) -> Block:
    return Block([], segments, has_braces=True)


def _site(children: list[Any]) -> Block:
    (keys, braces), *segments = children
    return Block(keys, segments, braces)


def _named_route(children: list[Any]) -> Block:
    (tokens,) = children
    return Block([tokens[0]], [tokens], has_braces=True, is_named_route=True)


def _segment(children: list[Any]) -> Segment:
    tokens: Segment = children[-1]  # END carries all of them
    return tokens


def _blocks(children: list[Any]) -> Iterable[Block]:
    return [block for block in children if block is not None]


def _nothing(children: list[Any]) -> None:
    return None


_ACTIONS = {
    "start": _blocks,
    "options": _options,
    "site": _site,
    "bare_site": _site,
    "snippet": _nothing,
    "named_route": _named_route,
    "segment": _segment,
    "block": _nothing,
}
