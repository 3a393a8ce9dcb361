"""The encoder ``append``."""

from typing import Any, Self

from caddylite.caddy.kinds import LogEncoder
from caddylite.caddy.logging.wrapping import read_fields
from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.options import Fields
from caddylite.registry import module


@module("caddy.logging.encoders.append")
class Append(LogEncoder, frozen=True):
    """Adds fields to every record, and lets another encoder write it.

    Syntax::

        format append {
            wrap <encoder> ...
            fields {
                <field> <value>
            }
            <field> <value>
        }
    """

    wrap: LogEncoder | None = None
    fields: dict[str, Any] = {}

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the block."""
        d.next()
        return cls(**read_fields(d, _field))


def _field(d: Dispenser, out: Fields) -> None:
    name = d.val
    d.arg()
    out.setdefault("fields", {})[name] = d.scalar()
    d.no_more_args()
