"""A run of words that is read once, and into which imports put further words.

The words still to come are kept reversed, so that putting words in front of them costs what they
are many, however long the file is.
"""

from collections.abc import Sequence

from caddylite.caddyfile.token import Token, starts_line
from caddylite.errors import ConfigError, Span

NOWHERE = Token("", "", 0)


class Stream:
    """A cursor over words: ``current``, ``before`` it, and ``rest`` (reversed).

    ``current`` and ``before`` are None where there is no such word.
    """

    __slots__ = ("before", "current", "rest", "taken")

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.rest = list(reversed(tokens))
        self.current: Token | None = None
        self.before: Token | None = None
        self.taken: list[Token] | None = None  # notes what next() loads, if wanted

    def next(self) -> bool:
        """Load the next word; False (and no change) at the end."""
        if not self.rest:
            return False
        self.before, self.current = self.current, self.rest.pop()
        if self.taken is not None:
            self.taken.append(self.current)
        return True

    def back(self) -> None:
        """Give the current word back; one step only."""
        assert self.current is not None
        self.rest.append(self.current)
        self.current, self.before = self.before, None

    def put(self, tokens: Sequence[Token]) -> None:
        """Let these words come next."""
        self.rest += reversed(tokens)

    @property
    def token(self) -> Token:
        """The current word, or an empty one that stands nowhere."""
        return self.current or NOWHERE

    @property
    def starts_line(self) -> bool:
        """Does the current word start a line?"""
        if self.before is None:
            return True
        return self.current is not None and starts_line(self.before, self.current)

    @property
    def line_ends(self) -> bool:
        """Is there no further word on the current word's line?"""
        return not self.rest or self.current is None or starts_line(self.current, self.rest[-1])

    def next_on_line(self) -> bool:
        """Load the next word if it is on this line."""
        return not self.line_ends and self.next()

    def next_arg(self) -> bool:
        """Load the next word if it is on this line and does not open a block."""
        return not self.line_ends and not self.rest[-1].opens and self.next()

    # --- complaining

    @property
    def at(self) -> Span:
        """Where the current word stands."""
        return self.token.span

    def err(self, message: str, hint: str | None = None) -> ConfigError:
        """Make a complaint about the current word."""
        return ConfigError(message, self.at, hint)

    def syntax_err(self, expected: str, hint: str | None = None) -> ConfigError:
        """Make the complaint that something else was expected here."""
        token, at = self.token, self.at
        chain = "','".join(token.imports)
        return ConfigError(
            f"syntax error: unexpected token '{token.text}', expecting '{expected}', "
            f"at {at} import chain: ['{chain}']",
            at,
            hint,
        ).as_is()
