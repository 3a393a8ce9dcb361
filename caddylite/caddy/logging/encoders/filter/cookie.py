"""The filter ``cookie``."""

from typing import Annotated, Self

from caddylite.caddy.kinds import LogFilter
from caddylite.caddy.logging.cookie_action import CookieAction, read_cookie_actions
from caddylite.caddyfile.dispenser import Dispenser
from caddylite.node import ALWAYS
from caddylite.registry import module


@module("caddy.logging.encoders.filter.cookie")
class Cookie(LogFilter, frozen=True):
    """Changes the cookies of a request (its ``Cookie`` field).

    Syntax::

        <field> cookie {
            delete  <cookie>
            replace <cookie> <value>
            hash    <cookie>
        }
    """

    actions: Annotated[tuple[CookieAction, ...] | None, ALWAYS] = None

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the block."""
        d.next()
        return cls(read_cookie_actions(d))
