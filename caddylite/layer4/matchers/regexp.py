"""The ``regexp`` matcher."""

from typing import Any, Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.errors import ConfigError
from caddylite.gonumbers import parse_uint, quote
from caddylite.layer4.matching import Match, Matcher, Peek, expand_early
from caddylite.registry import module
from caddylite.values import UInt16

_DEFAULT_COUNT = 4


@module("layer4.matchers.regexp")
class Regexp(Matcher, frozen=True):
    """Matches the first bytes (4, or as many as ``count`` says) against a regular expression.

    With ``hex`` it is compared with their hexadecimal digits in upper case, so that bytes which
    are not UTF-8 can be named.

    Syntax::

        regexp <pattern> [<count>] [hex]
    """

    count: UInt16 = 0
    hex: bool = False
    pattern: str = ""

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the pattern and, in any order, count and ``hex``."""
        d.next()
        if not 1 <= d.count_args() <= 3:
            raise d.arg_err()
        pattern = d.arg()
        count: int | None = None
        as_hex = False
        for word in iter(d.opt_arg, None):
            if word == "hex":
                if as_hex:
                    raise d.err(f"duplicate {cls.name} hex option")
                as_hex = True
            elif count is not None:
                raise d.err(f"malformed {cls.name} option: unexpected argument {quote(word)}")
            else:
                count = _count(d, cls.name, word)
        if d.next_block(d.nesting):
            raise d.err(f"malformed {cls.name} option: blocks are not supported")
        return cls(count or 0, as_hex, pattern)

    def prepare(self, house: Any) -> Match:
        """Compile the expression; its placeholders are the global ones."""
        from caddylite import regexps

        try:
            expression = regexps.compile(expand_early(self.pattern, house))
        except ValueError as e:
            raise ConfigError(str(e)) from None
        count = self.count or _DEFAULT_COUNT

        def match(p: Peek) -> bool:
            head = p.read(count)
            if expression.matches(head.hex().upper() if self.hex else head):
                return True
            return p.no(f"the first {count} bytes do not match {self.pattern}")

        return match


def _count(d: Dispenser, name: str, word: str) -> int:
    try:
        return parse_uint(word, 16)
    except ValueError as e:
        raise d.err(f"parsing {name} count: {e}") from None
