"""What a module may ask of the words that configure it; the usual complaints are worded here.

A Dispenser is a cursor over tokens with a notion of lines and blocks, and answers like Caddy's:
a block is a series of words, and what a word means is up to the module that reads it. The typical
reader is::

    d.next()                        # the name of the module itself
    upstreams = d.args()            # the words after it on its line
    for option in d.block():        # each line of the block, by its first word
        if option == "retries":
            retries = d.arg()       # one word, or the usual complaint
            d.no_more_args()
        else:
            raise d.err(f"unrecognized subdirective '{option}'")
"""

from collections.abc import Iterator, Sequence
from typing import Any

from caddylite.caddyfile.token import Token
from caddylite.errors import ConfigError, Span

_NOTHING = Token("", "", 0)


class Dispenser:
    """Hands out tokens one by one. It starts before the first token.

    ``context`` carries what surrounds the tokens (the matcher's name, the site), for the few
    modules that look.
    """

    __slots__ = ("context", "cursor", "nesting", "tokens")

    def __init__(self, tokens: Sequence[Token], context: dict[str, Any] | None = None) -> None:
        self.tokens: Sequence[Token] = tokens
        self.cursor, self.nesting = -1, 0
        self.context: dict[str, Any] = {} if context is None else context

    # --- moving

    def next(self) -> bool:
        """Load the next token, whatever it is; False at the end."""
        if self.cursor < len(self.tokens) - 1:
            self.cursor += 1
            return True
        return False

    def prev(self) -> bool:
        """Go back one token."""
        if self.cursor > -1:
            self.cursor -= 1
        return self.cursor > -1

    def reset(self) -> None:
        """Start again from the beginning."""
        self.cursor, self.nesting = -1, 0

    def next_arg(self) -> bool:
        """Load the next token if it is on this line and does not open a block."""
        if not self._next_same_line():
            return False
        if self.token.opens:
            self.cursor -= 1
            return False
        return True

    def next_line(self) -> bool:
        """Load the next token only if it starts a new line."""
        if self.cursor < 0:
            self.cursor += 1
            return True
        if self.cursor >= len(self.tokens) - 1:
            return False
        if self.token.ends_line_before(self.tokens[self.cursor + 1]):
            self.cursor += 1
            return True
        return False

    def next_block(self, nesting: int = 0) -> bool:
        """Load the next token of the block that opens on this line, or of the one we are in.

        ``nesting`` is what ``self.nesting`` was before the block. The outermost braces are
        swallowed. For a flat walk over lines see :meth:`block`.
        """
        if self.nesting > nesting:
            if not self.next():
                return False
            if self.token.closes and not self._next_same_line():
                self.nesting -= 1
            elif self.token.opens and not self._next_same_line():
                self.nesting += 1
            return self.nesting > nesting
        if not self._next_same_line():
            return False
        if not self.token.opens:
            self.cursor -= 1
            return False
        self.next()
        if self.token.closes:
            return False
        self.nesting += 1
        return True

    def block(self) -> Iterator[str]:
        """Yield the text of each word that starts an entry of the block opening here.

        The body of the loop must take that entry's arguments and nested block; what it leaves is
        yielded as the next entry, as in Caddy.
        """
        before = self.nesting
        while self.next_block(before):
            yield self.val

    def _next_same_line(self) -> bool:
        if self.cursor < 0:
            self.cursor += 1
            return True
        if self.cursor >= len(self.tokens) - 1:
            return False
        if self.tokens[self.cursor].ends_line_before(self.tokens[self.cursor + 1]):
            return False
        self.cursor += 1
        return True

    # --- looking

    @property
    def token(self) -> Token:
        """The current token; an empty one before the first and after the last."""
        if 0 <= self.cursor < len(self.tokens):
            return self.tokens[self.cursor]
        return _NOTHING

    @property
    def val(self) -> str:
        """The text of the current token."""
        return self.token.text

    @property
    def raw(self) -> str:
        """The text of the current token in the quotes it was written in (not a heredoc's)."""
        token = self.token
        if token.quote and token.quote != "<":
            return f"{token.quote}{token.text}{token.quote}"
        return token.text

    @property
    def at(self) -> Span:
        """Where the current token stands."""
        return self.token.span

    @property
    def is_new_line(self) -> bool:
        """Does the current token start a line?"""
        if self.cursor < 1:
            return True
        if self.cursor > len(self.tokens) - 1:
            return False
        return self.tokens[self.cursor - 1].ends_line_before(self.tokens[self.cursor])

    # --- taking arguments

    def arg(self) -> str:
        """Take one argument of this line; the usual complaint if there is none."""
        if not self.next_arg():
            raise self.arg_err()
        return self.val

    def opt_arg(self) -> str | None:
        """Take one argument of this line if there is one."""
        return self.val if self.next_arg() else None

    def only_arg(self) -> str:
        """Take the one argument this line must have."""
        value = self.arg()
        self.no_more_args()
        return value

    def exactly(self, count: int = 1) -> list[str]:
        """Take all the arguments of this line, which must be so many.

        Unlike :meth:`only_arg` it complains at the last argument wanted (Caddy's ``AllArgs``).
        """
        out = [self.arg() for _ in range(count)]
        if self.next_arg():
            self.prev()
            raise self.arg_err()
        return out

    def no_more_args(self) -> None:
        """Complain if the line goes on."""
        if self.next_arg():
            raise self.arg_err()

    def args(self) -> list[str]:
        """Take all the arguments left on this line."""
        out = []
        while self.next_arg():
            out.append(self.val)
        return out

    def some_args(self) -> list[str]:
        """Take all the arguments left on this line; the usual complaint if there is none."""
        out = self.args()
        if not out:
            raise self.arg_err()
        return out

    def raw_args(self) -> list[str]:
        """Take all the arguments left on this line, in their quotes."""
        out = []
        while self.next_arg():
            out.append(self.raw)
        return out

    def arg_tokens(self) -> list[Token]:
        """Take all the arguments left on this line, as tokens."""
        out = []
        while self.next_arg():
            out.append(self.token)
        return out

    def count_args(self) -> int:
        """Count the arguments left on this line; none is taken."""
        at = self.cursor
        count = len(self.args())
        self.cursor = at
        return count

    def scalar(self) -> str | int | float | bool:
        """Return the current token as a number or truth value, if it is one and not quoted."""
        from caddylite.gonumbers import atoi, parse_bool, parse_float

        if not self.token.quote:
            for read in (atoi, parse_float, parse_bool):
                try:
                    return read(self.val)
                except ValueError:
                    continue
        return self.val

    # --- cutting out

    def segment(self) -> list[Token]:
        """Return the tokens from the current one to the end of its line or of its block.

        The cursor is left on the closing brace's predecessor in such a way that the enclosing
        loop goes on behind it.
        """
        out = [self.token, *self.arg_tokens()]
        before, opened = self.nesting, False
        while self.next_block(before):
            if not opened:
                out.append(self.tokens[self.cursor - 1])
                opened = True
            out.append(self.token)
        if opened:
            out.append(self.token)
        return out

    def sub(self) -> "Dispenser":
        """Return a Dispenser over :meth:`segment`, in the same context."""
        return Dispenser(self.segment(), self.context)

    # --- complaining

    def err(self, message: str, hint: str | None = None) -> ConfigError:
        """Make (not raise) a complaint about the current token."""
        return ConfigError(message, self.at, hint)

    def arg_err(self) -> ConfigError:
        """Make the complaint that an argument is missing or one too many."""
        if self.token.opens:
            return self.err("unexpected token '{', expecting argument")
        return self.err(f"wrong argument count or unexpected line ending after '{self.val}'")

    def syntax_err(self, expected: str) -> ConfigError:
        """Make the complaint that something else was expected here."""
        span = self.at
        chain = "','".join(span.imports)
        message = (
            f"syntax error: unexpected token '{self.val}', expecting '{expected}', "
            f"at {span} import chain: ['{chain}']"
        )
        return ConfigError(message, span).as_is()

    def eof_err(self) -> ConfigError:
        """Make the complaint that the file ends too soon."""
        return self.err("unexpected EOF")
