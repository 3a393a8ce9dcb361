"""The filter ``ip_mask``."""

from typing import Self

from caddylite.caddy.kinds import LogFilter
from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.options import Fields, integer, read_block
from caddylite.gonumbers import atoi
from caddylite.registry import module

_BAD = "error parsing {}: {}"


@module("caddy.logging.encoders.filter.ip_mask")
class IPMask(LogFilter, frozen=True):
    """Keeps so many leading bits of an address; the others become zero.

    Syntax::

        <field> ip_mask [<ipv4_bits> [<ipv6_bits>]] {
            ipv4 <bits>
            ipv6 <bits>
        }
    """

    ipv4_cidr: int = 0
    ipv6_cidr: int = 0

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the numbers from the line and the block."""
        d.next()
        words = d.args()
        if len(words) > 2:
            raise d.err("too many arguments")
        fields: Fields = {}
        for field, word in zip(("ipv4_cidr", "ipv6_cidr"), words, strict=False):
            try:
                fields[field] = atoi(word)
            except ValueError as e:
                raise d.err(_BAD.format(word, e)) from None
        return cls(**read_block(d, _SYNTAX, "unrecognized subdirective {}", fields))


_SYNTAX = {"ipv4": integer("ipv4_cidr", _BAD), "ipv6": integer("ipv6_cidr", _BAD)}
