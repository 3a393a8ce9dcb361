"""The ``wireguard`` matcher."""

from typing import Any, Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.gonumbers import parse_uint
from caddylite.layer4.matching import Match, Matcher, Peek
from caddylite.registry import module
from caddylite.values import UInt32

_INITIATION, _TRANSPORT = 1, 4
#: How long a handshake initiation and a keep-alive (an empty transport message) are, in bytes.
_LENGTHS = {_INITIATION: 148, _TRANSPORT: 32}


@module("layer4.matchers.wireguard")
class WireGuard(Matcher, frozen=True):
    """Matches WireGuard handshake initiations and keep-alives (wireguard.com/protocol).

    The first datagram must have their length; in a stream so many bytes must have come.
    ``zero`` is for obfuscated WireGuard: its upper three bytes stand in the place of the reserved
    zeros of the message type (a little-endian number).

    Syntax::

        wireguard [<zero>]
    """

    zero: UInt32 = 0

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the number."""
        d.next()
        if d.count_args() > 1:
            raise d.arg_err()
        zero = 0
        if d.next_arg():
            try:
                zero = parse_uint(d.val, 32)
            except ValueError as e:
                raise d.err(f"parsing {cls.name} zero: {e}") from None
        if d.next_block(d.nesting):
            raise d.err(f"malformed {cls.name} option: blocks are not supported")
        return cls(zero)

    def prepare(self, house: Any) -> Match:
        """Work out how the messages begin."""
        reserved = self.zero & 0xFFFFFF00
        beginnings = {
            (reserved | kind).to_bytes(4, "little"): size for kind, size in _LENGTHS.items()
        }

        def match(p: Peek) -> bool:
            message = p.first_datagram
            if not any(b.startswith(message[:4]) for b in beginnings):
                return p.no("no WireGuard message type")
            size = beginnings.get(message[:4])
            if p.cx.is_datagram:
                return len(message) == size or p.no("no WireGuard message has this length")
            p.read(size or 4)
            return True

        return match
