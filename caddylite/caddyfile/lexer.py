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

Nearly every word is found by one regular expression; :class:`_Odd` reads the rest.
"""

import re
from collections.abc import Callable

from caddylite.caddyfile.heredoc import MARKER, strip_padding
from caddylite.caddyfile.token import Token
from caddylite.errors import ConfigError, Span

# What Go's unicode.IsSpace calls space.
SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_ENDING = SPACE.replace("\r", "")

_NEXT = re.compile(
    rf"""
      ([{SPACE}]*+)                                                   # 1: space
      (?: ([^{SPACE}\\"`\#<][^{SPACE}\\]*+) (?=\r*+(?:[{_ENDING}]|\Z)) # 2: a plain word
        | "([^"\\]*+)"                                                # 3: in quotes
        | `([^`]*+)`                                                  # 4: in backticks
        | (\#[^\n]*+)                                                 # 5: a comment
      )?
    """,
    re.VERBOSE,
)
_SURROGATES = re.compile("[\ud800-\udfff]")
_CHUNK = re.compile(rf"[^{SPACE}\\]*+")
_TO_BLANK = re.compile(r"[^ \n]*+")
_QUOTED = re.compile(r'(?:[^"\\]|\\.)*+', re.DOTALL)
_PAIR = re.compile(r"\\(.)", re.DOTALL)


def tokenize(
    text: str, file: str = "Caddyfile", shift: Callable[[int], int] | None = None
) -> list[Token]:
    """Split a text into words. ``shift`` maps offsets back to the file (see ``env.Expanded``)."""
    if not text:
        raise ConfigError("EOF", Span(file, 1)).as_is()
    return _Lexer(text, file, shift).run()


class _Lexer:
    """The text, where we are in it, and what counts as the current line."""

    __slots__ = ("file", "line", "line_start", "pos", "shift", "skipped", "text", "tokens")

    def __init__(self, text: str, file: str, shift: Callable[[int], int] | None) -> None:
        self.text, self.file, self.shift = _SURROGATES.sub("\ufffd", text), file, shift
        self.pos = 1 if text[0] == "\ufeff" else 0
        self.line, self.skipped = 1, 0  # skipped: line breaks that were escaped
        self.line_start = self.pos
        self.tokens: list[Token] = []

    def run(self) -> list[Token]:
        text, end, scan, tokens, file = (
            self.text,
            len(self.text),
            _NEXT.match,
            self.tokens,
            self.file,
        )
        while self.pos < end:
            match = scan(text, self.pos)
            assert match is not None
            space, kind = match[1], match.lastindex
            if "\n" in space:
                self._lines(space, match.start())
            self.pos = match.end()
            if kind == 2:
                start = match.start(2)
                tokens.append(Token(match[2], file, self.line, self._column(start)))
            elif kind == 3 or kind == 4:
                self._quoted(match[kind], '"' if kind == 3 else "`", match.start(kind) - 1)
            elif kind == 5:
                self._comment("\\" in match[5])
            elif self.pos < end:
                _Odd(self).read()
        return tokens

    def _lines(self, between: str, start: int) -> None:
        """Count the line breaks in ``between``, which begins at ``start``."""
        self.line += between.count("\n") + self.skipped
        self.skipped = 0
        self.line_start = start + between.rindex("\n") + 1

    def _column(self, start: int) -> int:
        """Return the column of an offset; 0 on a joined line, whose number is another's."""
        if self.skipped:
            return 0
        if self.shift is None:
            return start - self.line_start + 1
        return start + self.shift(start) - self.line_start - self.shift(self.line_start) + 1

    def _quoted(self, value: str, quote: str, start: int) -> None:
        self.tokens.append(Token(value, self.file, self.line, self._column(start), quote))
        if "\n" in value:
            self._lines(value, start + 1)

    def _comment(self, joins: bool) -> None:
        if joins and self.pos < len(self.text):
            self.skip_line()

    def skip_line(self) -> None:
        """Step over an escaped line break."""
        self.pos += 1
        self.skipped += 1
        self.line_start = self.pos


class _Odd:
    """Reads one word that the regular expression passed over.

    That is: with a backslash or a carriage return in it, with ``<`` in front, or in a quotation
    with escapes or without an end.
    """

    def __init__(self, lexer: _Lexer) -> None:
        self.lexer, self.text, self.start = lexer, lexer.text, lexer.pos
        self.value = ""
        self.escaped_heredoc = False

    def read(self) -> None:
        """Read the word at the lexer's position, which is not white space."""
        lexer, text = self.lexer, self.text
        pending = text[lexer.pos] == "\\"
        if pending and not self._find_escaped():
            return
        first = text[lexer.pos : lexer.pos + 1]
        if first == '"':
            self._quotation(pending)
        elif first == "`":
            self._backticks()
        elif first:
            if pending:
                self._escape(first)
            self._word()

    def _find_escaped(self) -> bool:
        """Go to what a backslash at the start of a word escapes; is it (part of) a word?"""
        lexer, text = self.lexer, self.text
        lexer.pos += 1
        while lexer.pos < len(text) and text[lexer.pos] != "\n" and _is_space(text[lexer.pos]):
            lexer.pos += 1
        if lexer.pos >= len(text):
            return False
        if text[lexer.pos] == "#":
            end = text.find("\n", lexer.pos)
            lexer.pos = end if end >= 0 else len(text)
            lexer._comment(True)
            return False
        if text[lexer.pos] == "\n":
            lexer.skip_line()
            return False
        return True

    def _make(self, quote: str = "", marker: str = "") -> None:
        lexer = self.lexer
        column = lexer._column(self.start)
        lexer.tokens.append(Token(self.value, lexer.file, lexer.line, column, quote, marker))

    def _quotation(self, pending: bool) -> None:
        """Read ``"…``; a backslash before the quote acts on the first character inside."""
        lexer, text = self.lexer, self.text
        begin = lexer.pos + 1
        inside = "\\" + text[begin : begin + 1] if pending and begin < len(text) else ""
        match = _QUOTED.match(text, begin + 1 if inside else begin)
        assert match is not None
        inside += match[0]
        self.value = _PAIR.sub(lambda m: '"' if m[1] == '"' else m[0], inside)
        closed = match.end() < len(text) and text[match.end()] == '"'
        self._end_quotation(begin, match.end(), closed, '"')

    def _backticks(self) -> None:
        begin = self.lexer.pos + 1
        end = self.text.find("`", begin)
        closed = end >= 0
        end = end if closed else len(self.text)
        self.value = self.text[begin:end]
        self._end_quotation(begin, end, closed, "`")

    def _end_quotation(self, begin: int, end: int, closed: bool, quote: str) -> None:
        if closed or self.value:
            self._make(quote if closed else "")
        self.lexer.pos = end + 1 if closed else len(self.text)
        between = self.text[begin:end]
        if "\n" in between:
            self.lexer._lines(between, begin)

    def _escape(self, char: str) -> None:
        """Take an escaped character of an unquoted word."""
        if char == "<":
            self.escaped_heredoc = True
            self.value += char
        else:
            self.value += "\\" + char
        self.lexer.pos += 1

    def _word(self) -> None:
        """Read on to the end of an unquoted word."""
        lexer, text, end = self.lexer, self.text, len(self.text)
        while True:
            match = _CHUNK.match(text, lexer.pos)
            assert match is not None
            self.value += match[0]
            lexer.pos = match.end()
            if lexer.pos >= end:
                break
            if self.value[:2] == "<<" and not self.escaped_heredoc:
                return self._heredoc()
            char = text[lexer.pos]
            if char == "\\":
                lexer.pos += 1
                while lexer.pos < end and text[lexer.pos] == "\r":
                    lexer.pos += 1
                if lexer.pos >= end:
                    break
                char = text[lexer.pos]
                if char == "\n":
                    # the place counts before the break is skipped
                    self._make()
                    return lexer.skip_line()
                if _is_space(char):
                    break
                self._escape(char)
            elif char == "\r":
                lexer.pos += 1
            else:
                break
        self._make()

    def _heredoc(self) -> None:
        """Read on from ``<<``: a heredoc if the line ends before a blank, else a word."""
        lexer, text = self.lexer, self.text
        match = _TO_BLANK.match(text, lexer.pos)
        assert match is not None
        self.value += match[0].replace("\r", "")
        lexer.pos = match.end()
        if lexer.pos >= len(text) or text[lexer.pos] == " ":
            return self._make()
        marker = self._marker()
        begin = lexer.pos + 1
        if begin >= len(text):
            lexer.pos = begin  # nothing behind the marker: Caddy forgets the word
            return None
        at = text.find(marker, begin)
        if at < 0:
            line = lexer.line + lexer.skipped + 1 + text.count("\n", begin)
            raise self._error(
                f"incomplete heredoc <<{marker} on line #{line}, expected ending marker {marker}"
            )
        body, wrong = strip_padding(text[begin:at])
        if wrong is not None:
            raise self._error(
                f"mismatched leading whitespace in heredoc <<{marker} on line "
                f"#{lexer.line + wrong.number} [{wrong.text}], expected whitespace "
                f"[{wrong.padding}] to match the closing marker"
            )
        self.value = body
        self._make("<", marker)
        lexer.pos = at + len(marker)
        lexer._lines(text[begin - 1 : at], begin - 1)
        return None

    def _marker(self) -> str:
        line, marker = self.lexer.line, self.value[2:]
        legal = "must contain only alphanumeric characters, dashes and underscores; got"
        if not marker:
            raise self._error(
                f"missing opening heredoc marker on line #{line}; {legal} empty string"
            )
        if marker[0] == "<":
            raise self._error(
                f"too many '<' for heredoc on line #{line}; only use two, for example <<END"
            )
        if not MARKER.fullmatch(marker):
            raise self._error(f"heredoc marker on line #{line} {legal} '{marker}'")
        return marker

    def _error(self, message: str) -> ConfigError:
        lexer = self.lexer
        return ConfigError(
            message, Span(lexer.file, lexer.line, lexer._column(self.start))
        ).as_is()


def _is_space(char: str) -> bool:
    return char.isspace() and not "\x1c" <= char <= "\x1f"
