"""The words that one regular expression does not find: escapes, heredocs, odd quotations."""

import re

from caddylite.caddyfile.cursor import SPACE, Cursor
from caddylite.caddyfile.heredoc import MARKER, strip_padding
from caddylite.errors import ConfigError

_CHUNK = re.compile(rf"[^{SPACE}\\]*+")
_TO_BLANK = re.compile(r"[^ \n]*+")
_QUOTED = re.compile(r'(?:[^"\\]|\\.)*+', re.DOTALL)
_PAIR = re.compile(r"\\(.)", re.DOTALL)


class OddWord:
    """Reads one word that the regular expression passed over.

    That is: with a backslash or a carriage return in it, with ``<`` in front, or in a quotation
    with escapes or without an end.
    """

    def __init__(self, cursor: Cursor) -> None:
        self.cursor, self.text, self.start = cursor, cursor.text, cursor.pos
        self.parts: list[str] = []  # none of them empty
        self.escaped_heredoc = False

    def read(self) -> None:
        """Read the word at the lexer's position, which is not white space."""
        cursor, text = self.cursor, self.text
        pending = text[cursor.pos] == "\\"
        if pending and not self._find_escaped():
            return
        first = text[cursor.pos : cursor.pos + 1]
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
        cursor, text = self.cursor, self.text
        cursor.pos += 1
        while cursor.pos < len(text) and text[cursor.pos] != "\n" and _is_space(text[cursor.pos]):
            cursor.pos += 1
        if cursor.pos >= len(text):
            return False
        if text[cursor.pos] == "#":
            end = text.find("\n", cursor.pos)
            cursor.pos = end if end >= 0 else len(text)
            cursor.skip_line()
            return False
        if text[cursor.pos] == "\n":
            cursor.skip_line()
            return False
        return True

    def _quotation(self, pending: bool) -> None:
        """Read ``"…``; a backslash before the quote acts on the first character inside."""
        cursor, text = self.cursor, self.text
        begin = cursor.pos + 1
        inside = "\\" + text[begin : begin + 1] if pending and begin < len(text) else ""
        match = _QUOTED.match(text, begin + 1 if inside else begin)
        assert match is not None
        inside += match[0]
        value = _PAIR.sub(lambda m: '"' if m[1] == '"' else m[0], inside)
        closed = match.end() < len(text) and text[match.end()] == '"'
        self._end_quotation(value, begin, match.end(), closed, '"')

    def _backticks(self) -> None:
        begin = self.cursor.pos + 1
        end = self.text.find("`", begin)
        closed = end >= 0
        end = end if closed else len(self.text)
        self._end_quotation(self.text[begin:end], begin, end, closed, "`")

    def _end_quotation(self, value: str, begin: int, end: int, closed: bool, quote: str) -> None:
        if closed or value:
            self.cursor.add(value, self.start, quote if closed else "")
        self.cursor.pos = end + 1 if closed else len(self.text)
        self.cursor.count_lines(self.text[begin:end], begin)

    def _escape(self, char: str) -> None:
        """Take an escaped character of an unquoted word."""
        if char == "<":
            self.escaped_heredoc = True
            self.parts.append(char)
        else:
            self.parts.append("\\" + char)
        self.cursor.pos += 1

    def _word(self) -> None:
        """Read on to the end of an unquoted word."""
        cursor, text = self.cursor, self.text
        joins = False
        while True:
            match = _CHUNK.match(text, cursor.pos)
            assert match is not None
            if match[0]:
                self.parts.append(match[0])
                cursor.pos = match.end()
            char = text[cursor.pos : cursor.pos + 1]
            if char and not self.escaped_heredoc and "".join(self.parts[:2])[:2] == "<<":
                self._heredoc()
                return
            if char == "\r":
                cursor.pos += 1
                continue
            if char != "\\":
                break
            char = self._after_backslash()
            joins = char == "\n"
            if not char or _is_space(char):
                break
            self._escape(char)
        cursor.add("".join(self.parts), self.start)
        if joins:
            cursor.skip_line()

    def _after_backslash(self) -> str:
        """Step over a backslash; return what it escapes, or nothing at the end."""
        cursor, text = self.cursor, self.text
        cursor.pos += 1
        while text[cursor.pos : cursor.pos + 1] == "\r":
            cursor.pos += 1
        return text[cursor.pos : cursor.pos + 1]

    def _heredoc(self) -> None:
        """Read on from ``<<``: a heredoc if the line ends before a blank, else a word."""
        cursor, text = self.cursor, self.text
        match = _TO_BLANK.match(text, cursor.pos)
        assert match is not None
        word = "".join(self.parts) + match[0].replace("\r", "")
        cursor.pos = match.end()
        if cursor.pos >= len(text) or text[cursor.pos] == " ":
            cursor.add(word, self.start)
            return
        marker = self._marker(word[2:])
        begin = cursor.pos + 1
        if begin >= len(text):
            cursor.pos = begin  # nothing behind the marker: Caddy forgets the word
            return
        at = text.find(marker, begin)
        if at < 0:
            line = cursor.line + cursor.skipped + 1 + text.count("\n", begin)
            raise self._error(
                f"incomplete heredoc <<{marker} on line #{line}, expected ending marker {marker}"
            )
        body, wrong = strip_padding(text[begin:at])
        if wrong is not None:
            raise self._error(
                f"mismatched leading whitespace in heredoc <<{marker} on line "
                f"#{cursor.line + wrong.number} [{wrong.text}], expected whitespace "
                f"[{wrong.padding}] to match the closing marker"
            )
        cursor.add(body, self.start, "<", marker)
        cursor.pos = at + len(marker)
        cursor.count_lines(text[begin - 1 : at], begin - 1)

    def _marker(self, marker: str) -> str:
        line = self.cursor.line
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
        return self.cursor.error(message, self.start)


def _is_space(char: str) -> bool:
    return char.isspace() and not "\x1c" <= char <= "\x1f"
