"""``caddy fmt``, byte for byte: one look for every Caddyfile.

Braces and white space are written anew (a tab a level, one blank between words, at most one empty
line); words, comments, quotations and heredocs stay as they are. It reads characters, not the
parser's words, and it has oddities that people's files have been formatted with: a backtick at
the start of a line is drawn up behind the line before and the break comes after it, ``a < b``
becomes ``a <b``, a brace is looser when a placeholder was written before. They are kept, so that
the same file comes out of either program.
"""

import re

from caddylite.caddyfile.cursor import SPACE
from caddylite.caddyfile.heredoc import MARKER

_MAX_NESTING = 10

_SPACES = re.compile(rf"[{SPACE}]+")
_PLAIN = rf"[^{SPACE}\\\"`#{{}}<]+"
_WORDS = re.compile(rf"{_PLAIN}(?: {_PLAIN})*")
_NOT_SPACE = re.compile(rf"[^{SPACE}]*")
_LITERAL = re.compile(r'[^"`\\]+')
_SPACE_CHARACTERS = SPACE.replace("-", "".join(map(chr, range(0x2001, 0x200A))))
_SURROGATES = re.compile("[\ud800-\udfff]")


def format_text(text: str) -> str:
    """Return the text formatted; it ends with one line break."""
    formatter = _Formatter(_strip(_SURROGATES.sub("\ufffd", text)))
    return _strip(formatter.run()) + "\n"


def first_difference(text: str) -> int:
    """Return the line at which a text is not as :func:`format_text` has it; 0 if it is.

    Line breaks may be ``\\r\\n``. (The rule behind Caddy's warning "Caddyfile input is not
    formatted", and its line.)
    """
    text = text.replace("\r\n", "\n")
    formatted = format_text(text)
    if formatted == text:
        return 0
    pairs = zip(text.split("\n"), formatted.split("\n"), strict=False)
    line = 0
    for have, want in pairs:
        line += 1
        if have != want:
            break
    return line


def _strip(text: str) -> str:
    return text.strip(_SPACE_CHARACTERS)


class _Formatter:
    """The text, where we are in it, and what has been written."""

    def __init__(self, text: str) -> None:
        self.text, self.pos = text, 0
        self.out: list[str] = []
        self.last = ""  # the last character written
        self.nesting = 0
        self.space = True  # was there white space before this character?
        self.line_begins = True  # is nothing written on this line yet?
        self.breaks = 0  # line breaks read and not written
        self.quotes = ""  # what we are inside of: " or ` or "` (a backtick inside of ")
        self.unescaped = True  # may << open a heredoc here?
        # A brace is written when we know what follows it.
        self.brace = False  # did the word begin with an opening brace?
        self.brace_written = False
        self.brace_spaced = False  # was there a blank before it?
        self.brace_alone = False  # was there a line break before it?
        # A brace under an import at the top level keeps its own line: it begins a site.
        self.word = ""
        self.first_word = ""  # of the line
        self.after_import = False

    def run(self) -> str:
        """Format all of it."""
        end = len(self.text)
        while self.pos < end:
            self._step(self.text[self.pos])
        if self.brace and not self.brace_written:
            self._open_block()
        return "".join(self.out)

    def _step(self, char: str) -> None:
        if self.last == "<" and self.space:
            if char == "<" and not self.quotes and self.unescaped:
                self._heredoc()
                return
            self.space = False
        if char == "\\":
            self._escape()
        elif self.quotes:
            self._quoted(char)
        elif char == "`":
            self._open_backticks()
        elif spaces := _SPACES.match(self.text, self.pos):
            self._space(spaces[0])
        else:
            self._word(char)

    # --- writing

    def _write(self, text: str) -> None:
        if text:
            self.out.append(text)
            self.last = text[-1]

    def _break_line(self) -> None:
        self._write("\n")
        self.line_begins = True

    def _indent(self) -> None:
        self._write("\t" * self.nesting)

    def _open_block(self) -> None:
        """Write the brace that has been put off, and go a level deeper."""
        if not self.nesting and self.last == "}":
            self._break_line()
            self._break_line()
        self.brace = False
        if self.brace_alone and self.after_import:
            if self.last != "\n":
                self._break_line()
            self._indent()
        elif self.line_begins:
            self._indent()
        elif not self.brace_spaced or not _SPACES.match(self.last):
            self._write(" ")
        self._write("{")
        self.brace_written, self.brace_alone = True, False
        self._break_line()
        self.breaks = 0
        self.nesting = min(self.nesting + 1, max(self.nesting, _MAX_NESTING))

    # --- what is read

    def _space(self, spaces: str) -> None:
        self.pos += len(spaces)
        self._end_word()
        self.space = self.unescaped = True
        breaks = spaces.count("\n")
        self.breaks += breaks
        for _ in range(min(breaks, 2)):  # a third changes nothing more
            self._end_line()

    def _end_word(self) -> None:
        self.first_word = self.first_word or self.word
        self.word = ""

    def _end_line(self) -> None:
        if self.first_word:
            self.after_import = not self.nesting and self.first_word == "import"
        elif not self.brace or not self.brace_alone or self.brace_written:
            self.after_import = False
        self.first_word = ""

    def _word(self, char: str) -> None:
        """Read a brace, a comment, the start of a quotation, or a run of plain characters."""
        spaced, self.space = self.space, False
        if self.brace and spaced and not self.brace_written:
            self._open_block()
        if char == "{":
            self._opening_brace(spaced)
        elif char == "}" and (spaced or not self.brace):
            self._closing_brace()
        else:
            self._characters(char, spaced)

    def _opening_brace(self, spaced: bool) -> None:
        self.pos += 1
        self._end_word()
        if self.brace and not self.brace_written:
            self._open_block()
        self.brace, self.brace_written = True, False
        self.brace_spaced = spaced and not self.line_begins
        self.brace_alone = self.breaks > 0
        if self.brace_spaced and not self.breaks:
            self._write(" ")

    def _closing_brace(self) -> None:
        self.pos += 1
        self._end_word()
        if self.last != "\n":
            self._break_line()
        self.nesting = max(self.nesting - 1, 0)
        self._indent()
        self._write("}")
        self.breaks = 0

    def _characters(self, char: str, spaced: bool) -> None:
        for _ in range(min(self.breaks, 2)):
            self._break_line()
        self.breaks = 0
        if self.line_begins:
            self._indent()
            if not self.nesting and self.last == "}":
                self._break_line()
                self._break_line()
        if not self.line_begins and spaced:
            self._write(" ")
        if self.brace and not self.brace_written:
            self._write("{")
            self.brace_written = True
        self.line_begins = False
        if char == "#":
            self._comment()
            return
        if char == '"' and spaced:
            self.quotes = '"'
        self.space = spaced and char == "<"
        run = _WORDS.match(self.text, self.pos)  # with single blanks, as they are to be
        text = run[0] if run else char
        self.pos += len(text)
        self._write(text)
        if " " in text:
            self._add_to_word(text[: text.index(" ")])
            self._end_word()
            self.unescaped = True
            text = text[text.rindex(" ") + 1 :]
        self._add_to_word(text)

    def _add_to_word(self, text: str) -> None:
        if len(self.word) <= len("import"):  # that is all we want to know of it
            self.word += text

    def _comment(self) -> None:
        end = self.text.find("\n", self.pos)
        end = end if end >= 0 else len(self.text)
        self._add_to_word("#")
        self._write(self.text[self.pos : end])
        self.pos = end + 1
        if end < len(self.text):
            self.space = True
            self._break_line()

    def _escape(self) -> None:
        """Copy a backslash and what follows it."""
        if self.space:
            self._write(" ")
            self.space = False
        pair = self.text[self.pos : self.pos + 2]
        self.pos += 2
        if pair == "\\<":
            self.unescaped = False
        self._write(pair)

    def _open_backticks(self) -> None:
        self.quotes = "`"
        if self.space and not self.line_begins:
            self._write(" ")
        self._write("`")
        self.space = False
        self.pos += 1

    def _quoted(self, char: str) -> None:
        """Copy what stands inside quotes, and see where it ends."""
        if (char == "`" and self.quotes == "`") or (char == '"' and self.quotes == '"`'):
            self.quotes = ""
            self._word(char)
        else:
            if char == "`":
                self.quotes = '"' if self.quotes == '"`' else '"`'
            elif char == '"' and self.quotes == '"':
                self.quotes = ""
            run = _LITERAL.match(self.text, self.pos)
            text = run[0] if run else char
            self.pos += len(text)
            self._write(text)

    def _heredoc(self) -> None:
        """Copy what stands between ``<<MARKER`` (the second ``<`` is next) and its end."""
        match = _NOT_SPACE.match(self.text, self.pos + 1)
        assert match is not None
        marker = match[0]
        self.space = False
        self._write("<" + marker)
        self.pos = match.end()
        if self.text[self.pos : self.pos + 1] != "\n":
            return
        self.pos += 1
        if not MARKER.fullmatch(marker):
            self._break_line()
            return
        closing = re.compile(rf"{re.escape(marker)}(?=[{SPACE}])").search(self.text, self.pos)
        end = closing.end() if closing else len(self.text)
        self._write("\n" + self.text[self.pos : end])
        self.pos = end
