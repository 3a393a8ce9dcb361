"""What the lexer makes and everything after it reads: words that know where they stood."""

from caddylite.errors import Span


class Token:
    """One word of a Caddyfile.

    ``quote`` is the quote it was written in (``"``, a backtick, or ``<`` for a heredoc), or empty.
    ``imports`` is the chain of imports it came through, ``snippet`` the snippet it was defined in.
    """

    __slots__ = ("column", "file", "imports", "line", "marker", "quote", "snippet", "text")

    def __init__(
        self,
        text: str,
        file: str = "Caddyfile",
        line: int = 1,
        column: int = 0,
        quote: str = "",
        marker: str = "",
        snippet: str = "",
        imports: tuple[str, ...] = (),
    ) -> None:
        self.text, self.file, self.line, self.column = text, file, line, column
        self.quote, self.marker, self.snippet, self.imports = quote, marker, snippet, imports

    def __repr__(self) -> str:
        return f"Token({self.text!r}, {self.file}:{self.line}, quote={self.quote!r})"

    def replaced(self, text: str) -> "Token":
        """Return the same token with another text."""
        return Token(
            text, self.file, self.line, self.column,
            self.quote, self.marker, self.snippet, self.imports,
        )  # fmt: skip

    @property
    def span(self) -> Span:
        """Where it stands."""
        return Span(self.file, self.line, self.column, self.imports)

    @property
    def opens(self) -> bool:
        """Is it an opening brace (unquoted)?"""
        return self.text == "{" and not self.quote

    @property
    def closes(self) -> bool:
        """Is it a closing brace (unquoted)?"""
        return self.text == "}" and not self.quote

    @property
    def last_line(self) -> int:
        """The line it ends on; a heredoc's markers stand on lines of their own."""
        return self.line + self.text.count("\n") + (2 if self.quote == "<" else 0)

    def ends_line_before(self, following: "Token") -> bool:
        """Does ``following`` start a new line? Another file or import chain always does."""
        return starts_line(self, following)

    def within(self, snippet: str) -> "Token":
        """Return the same token as part of a snippet."""
        return Token(
            self.text, self.file, self.line, self.column,
            self.quote, self.marker, snippet, self.imports,
        )  # fmt: skip

    def through(self, imports: tuple[str, ...]) -> "Token":
        """Return the same token with another chain of imports."""
        return Token(
            self.text, self.file, self.line, self.column,
            self.quote, self.marker, self.snippet, imports,
        )  # fmt: skip


def starts_line(before: Token, token: Token) -> bool:
    """Does ``token`` start a new line? Another file or import chain than before always does."""
    if before.file is not token.file and before.file != token.file:
        return True
    if before.imports is not token.imports and before.imports != token.imports:
        return True
    line = before.line
    if line >= token.line:
        return False
    if before.quote == "<":
        line += 2
    return line + before.text.count("\n") < token.line
