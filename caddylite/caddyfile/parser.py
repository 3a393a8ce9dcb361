"""Text to server blocks (a placeholder lexer stands in until the real one is here)."""

from dataclasses import dataclass, field

from caddylite.caddyfile.token import Token
from caddylite.errors import ConfigError

Segment = list[Token]


@dataclass(slots=True)
class Block:
    """A server block: its keys (site addresses; none for the global options) and its segments.

    A segment is the tokens of one directive: its name, its arguments, the block it opens.
    """

    keys: list[Token] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)
    has_braces: bool = False
    is_named_route: bool = False


def tokenize(text: str, file: str = "Caddyfile") -> list[Token]:
    """Split a text into tokens."""
    out = []
    for number, line in enumerate(text.split("\n"), 1):
        for word in line.split("#")[0].split():
            if len(word) > 1 and word[0] == word[-1] and word[0] in '"`':
                out.append(Token(word[1:-1], file, number, quote=word[0]))
            else:
                out.append(Token(word, file, number))
    return out


def parse(text: str, file: str = "Caddyfile") -> list[Block]:
    """Parse one Caddyfile into its server blocks."""
    from caddylite.caddyfile.dispenser import Dispenser

    d = Dispenser(tokenize(text, file))
    out = []
    while d.next():
        block = Block()
        while not d.token.opens:
            block.keys.append(d.token.replaced(d.val.removesuffix(",")))
            if not d.next():
                raise ConfigError("unexpected EOF", d.at)
        block.has_braces = True
        d.prev()
        for _ in d.block():
            block.segments.append(d.segment())
        out.append(block)
    return out
