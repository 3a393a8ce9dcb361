"""The ``subroute`` handler."""

from typing import Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.layer4.config import Route
from caddylite.layer4.handling import Handler
from caddylite.layer4.syntax import parse_routes
from caddylite.registry import module
from caddylite.values import Duration


@module("layer4.handlers.subroute")
class Subroute(Handler, frozen=True):
    """Runs a list of routes of its own; what falls through them goes to the next handler.

    Syntax::

        subroute {
            @<name> <matcher> <arguments...>
            route [<@names...>] {
                <handlers...>
            }
            matching_timeout <duration>
        }
    """

    routes: tuple[Route, ...] = ()
    matching_timeout: Duration = Duration(0)

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the routes."""
        d.next()
        if d.count_args():
            raise d.arg_err()
        return cls(**parse_routes(d))
