"""Layer 4 routes before TLS and HTTP on the same listener."""

from typing import Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.kinds import ListenerWrapper
from caddylite.layer4.config import Route
from caddylite.layer4.syntax import parse_routes
from caddylite.registry import module
from caddylite.values import Duration


@module("caddy.listeners.layer4")
class Layer4(ListenerWrapper, frozen=True):
    """Runs layer 4 routes on each connection; what falls through goes to the next wrapper.

    Syntax::

        layer4 {
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
