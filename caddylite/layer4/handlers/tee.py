"""The ``tee`` handler."""

from typing import Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.layer4.handling import Handler
from caddylite.layer4.syntax import parse_handlers
from caddylite.registry import module


@module("layer4.handlers.tee")
class Tee(Handler, frozen=True):
    """Gives what the client sends to a branch of handlers, and to the next handler as well.

    Syntax::

        tee {
            <handlers...>
        }
    """

    branch: tuple[Handler, ...] = ()

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the handlers of the branch."""
        d.next()
        if d.count_args():
            raise d.arg_err()
        return cls(parse_handlers(d))
