"""The writer ``net``."""

from typing import Self

from caddylite.caddy.kinds import LogWriter
from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.options import Fields, flag, read_block
from caddylite.registry import module
from caddylite.values import Duration


@module("caddy.logging.writers.net")
class Net(LogWriter, frozen=True):
    """Writes to a socket; with ``soft_start`` the config loads though nobody listens there yet.

    Syntax::

        output net <address> {
            dial_timeout <duration>
            soft_start
        }
    """

    address: str = ""
    dial_timeout: Duration = Duration(0)
    soft_start: bool = False

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the address and the block."""
        d.next()
        address = d.only_arg()
        return cls(address=address, **read_block(d, _SYNTAX, "unrecognized subdirective '{}'"))


def _dial_timeout(d: Dispenser, out: Fields) -> None:
    try:
        out["dial_timeout"] = Duration.parse(d.arg())
    except ValueError:
        raise d.err(f"invalid duration: {d.val}") from None
    d.no_more_args()


_SYNTAX = {"dial_timeout": _dial_timeout, "soft_start": flag("soft_start")}
