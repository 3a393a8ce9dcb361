"""The ``error`` directive."""

from caddylite.adapt.directives.respond import status_or_text
from caddylite.adapt.helper import Helper
from caddylite.http.handlers.error import StaticError
from caddylite.http.weak import WeakString


def handler(h: Helper) -> StaticError:
    """End the route with an error. A lone number of three digits is the status.

    Syntax::

        error [<matcher>] <status>|<message> [<status>] {
            message <text>
        }
    """
    h.next()
    message, status = status_or_text(h)
    for option in h.block():
        if option != "message":
            raise h.err(f"unrecognized subdirective '{option}'")
        if message:
            raise h.err("message already specified")
        (message,) = h.exactly()
    return StaticError(message, WeakString(status))
