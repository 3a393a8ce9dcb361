"""The ``echo`` handler."""

from caddylite.layer4.handling import Handler
from caddylite.registry import module


@module("layer4.handlers.echo")
class Echo(Handler, frozen=True):
    """Sends everything back that comes.

    Syntax::

        echo
    """
