"""The ``close`` handler."""

from caddylite.layer4.handling import Handler
from caddylite.registry import module


@module("layer4.handlers.close")
class Close(Handler, frozen=True):
    """Closes the connection.

    Syntax::

        close
    """
