"""The encoder ``journald``."""

from typing import Self

from caddylite.caddy.kinds import LogEncoder
from caddylite.caddy.logging.wrapping import read_wrap
from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.options import read_block
from caddylite.registry import module


@module("caddy.logging.encoders.journald")
class Journald(LogEncoder, frozen=True):
    """Puts systemd's priority in front of what another encoder writes.

    Syntax::

        format journald {
            wrap <encoder> ...
        }
    """

    wrap: LogEncoder | None = None

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the block."""
        d.next()
        d.no_more_args()
        return cls(**read_block(d, {"wrap": read_wrap}, "unrecognized subdirective {}"))
