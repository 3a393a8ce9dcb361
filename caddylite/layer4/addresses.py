"""What the address matchers share."""

from collections.abc import Callable, Iterable
from typing import Any, ClassVar, Literal, Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.errors import ConfigError
from caddylite.ip import PRIVATE_RANGES, parse_prefix, parse_range, ranges_test
from caddylite.layer4.matching import Match, Matcher, Peek, expand_early, host_text


def take_ranges(d: Dispenser) -> list[str]:
    """Take the ranges left on this line, at least one; ``private_ranges`` stands for several."""
    out: list[str] = []
    for word in d.some_args():
        out += PRIVATE_RANGES if word == "private_ranges" else (word,)
    return out


def address_test(
    ranges: Iterable[str], house: Any, *, prefixes_only: bool = False
) -> Callable[[str], bool]:
    """Return a test for hosts against addresses and CIDR ranges; ConfigError if one is none."""
    parse = parse_prefix if prefixes_only else parse_range
    try:
        return ranges_test([parse(expand_early(r, house)) for r in ranges])
    except ValueError as e:
        raise ConfigError(str(e)) from None


class AddressMatcher(Matcher, frozen=True):
    """A matcher of one end's address; ``side`` says which. No byte is waited for."""

    side: ClassVar[Literal["remote", "local"]]

    ranges: tuple[str, ...] = ()

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the ranges."""
        d.next()
        ranges = take_ranges(d)
        cls.no_block(d)
        return cls(tuple(ranges))

    def prepare(self, house: Any) -> Match:
        """Parse the ranges."""
        inside, side = address_test(self.ranges, house), self.side

        def match(p: Peek) -> bool:
            host = host_text(getattr(p.cx, side))
            return inside(host) or p.no(
                f"{host or f'the {side} address'} is in none of the ranges"
            )

        return match
