r"""Text to words, exactly as Caddy cuts them.

The rules (checked token for token against Caddy 2.11.7):

* A word ends at white space; a carriage return is not white space but nothing at all.
* ``"…"`` may hold line breaks; ``\"`` is a quote in it, any other backslash is itself.
  A backtick quotes everything up to the next backtick. A quote inside a word is a character.
* ``#`` where a word could start makes the rest of the line a comment.
* A backslash before a line break joins the lines, and so does a backslash *anywhere in a
  comment*: the line after such a comment belongs to the line before it.
* ``<<MARKER`` at the end of a line starts a heredoc, up to the next MARKER wherever it stands;
  what stands before that on its line is cut off the front of every line. ``\<<`` is a plain word.
* A brace is a brace only as a whole unquoted word; that is left to the parser.
* A quotation that never ends is taken up to the end of the file, as if it were not quoted.
* Bytes that are not UTF-8 become U+FFFD, one for one; decode with ``surrogateescape``.

Nearly every word is found by one regular expression; ``odd_words.py`` reads the rest.
"""

import re
from collections.abc import Callable

from caddylite.caddyfile.cursor import SPACE, Cursor
from caddylite.caddyfile.odd_words import OddWord
from caddylite.caddyfile.token import Token
from caddylite.errors import ConfigError, Span

_ENDING = SPACE.replace("\r", "")
_NEXT = re.compile(
    rf"""
      ([{SPACE}]*+)                                                    # 1: space
      (?: ([^{SPACE}\\"`\#<][^{SPACE}\\]*+) (?=\r*+(?:[{_ENDING}]|\Z)) # 2: a plain word
        | "([^"\\]*+)"                                                 # 3: in quotes
        | `([^`]*+)`                                                   # 4: in backticks
        | (\#[^\n]*+)                                                  # 5: a comment
      )?
    """,
    re.VERBOSE,
)


def tokenize(
    text: str, file: str = "Caddyfile", shift: Callable[[int], int] | None = None
) -> list[Token]:
    """Split a text into words. ``shift`` maps offsets back to the file (see ``env.Expanded``)."""
    if not text:
        raise ConfigError("EOF", Span(file, 1)).as_is()
    cursor = Cursor(text, file, shift)
    text, end, scan, tokens = cursor.text, len(text), _NEXT.match, cursor.tokens
    while cursor.pos < end:
        match = scan(text, cursor.pos)
        assert match is not None
        space, word, quoted, ticked, comment = match.groups()
        if "\n" in space:
            cursor.count_lines(space, cursor.pos)
        pos = cursor.pos = match.end()
        if word is not None:
            start = pos - len(word)
            plain = shift is None and not cursor.skipped
            column = start - cursor.line_start + 1 if plain else cursor.column(start)
            tokens.append(Token(word, file, cursor.line, column))
        elif quoted is not None:
            cursor.add(quoted, pos - len(quoted) - 2, '"')
            cursor.count_lines(quoted, pos - len(quoted) - 1)
        elif ticked is not None:
            cursor.add(ticked, pos - len(ticked) - 2, "`")
            cursor.count_lines(ticked, pos - len(ticked) - 1)
        elif comment is not None:
            if "\\" in comment:
                cursor.skip_line()
        elif pos < end:
            OddWord(cursor).read()
    return tokens
