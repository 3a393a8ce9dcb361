"""The ``abort`` directive."""

from caddylite.adapt.helper import Helper
from caddylite.http.handlers.static_response import StaticResponse


def handler(h: Helper) -> StaticResponse:
    """Close the connection at once, without an answer.

    Syntax::

        abort [<matcher>]
    """
    h.next()
    if h.next() or h.next_block():
        raise h.arg_err()
    return StaticResponse(abort=True)
