"""Where the lexer is in its text, and what has come of it so far."""

import re
from collections.abc import Callable

from caddylite.caddyfile.token import Token
from caddylite.errors import ConfigError, Span

#: What Go's unicode.IsSpace calls space, for use between brackets in a pattern.
SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"

_SURROGATES = re.compile("[\ud800-\udfff]")


class Cursor:
    """A text, an offset in it, and the number that Caddy gives the line there.

    ``skipped`` counts the line breaks that were escaped: they do not count until one is not.
    ``shift`` maps offsets back to the file (see ``env.Expanded``).
    """

    __slots__ = ("file", "line", "line_start", "pos", "shift", "skipped", "text", "tokens")

    def __init__(self, text: str, file: str, shift: Callable[[int], int] | None = None) -> None:
        self.text = text if text.isascii() else _SURROGATES.sub("\ufffd", text)
        self.file, self.shift = file, shift
        self.pos = 1 if text[:1] == "\ufeff" else 0
        self.line, self.skipped = 1, 0
        self.line_start = self.pos
        self.tokens: list[Token] = []

    def add(self, value: str, start: int, quote: str = "", marker: str = "") -> None:
        """Add a word that begins at ``start``, on the current line."""
        column = self.column(start)
        self.tokens.append(Token(value, self.file, self.line, column, quote, marker))

    def column(self, start: int) -> int:
        """Return the column of an offset; 0 on a joined line, whose number is another's."""
        if self.skipped:
            return 0
        if self.shift is None:
            return start - self.line_start + 1
        return start + self.shift(start) - self.line_start - self.shift(self.line_start) + 1

    def count_lines(self, between: str, start: int) -> None:
        """Count the line breaks in a text that begins at ``start``, if there are any."""
        if "\n" in between:
            self.line += between.count("\n") + self.skipped
            self.skipped = 0
            self.line_start = start + between.rindex("\n") + 1

    def skip_line(self) -> None:
        """Step over an escaped line break, if the text has not ended."""
        if self.pos < len(self.text):
            self.pos += 1
            self.skipped += 1
            self.line_start = self.pos

    def error(self, message: str, start: int) -> ConfigError:
        """Make a complaint, which Caddy words without the place."""
        return ConfigError(message, Span(self.file, self.line, self.column(start))).as_is()
