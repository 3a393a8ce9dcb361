"""The ``request_body`` directive."""

from caddylite.adapt.helper import Helper
from caddylite.gonumbers import parse_size, signed64
from caddylite.http.handlers.request_body import RequestBody


def handler(h: Helper) -> RequestBody:
    """Limit the size of the request's body, or put another in its place.

    Syntax::

        request_body [<matcher>] {
            max_size <size>
            set <text>
        }
    """
    h.next()
    max_size, text = 0, ""
    for option in h.block():
        if option == "max_size":
            (word,) = h.exactly()
            try:
                max_size = signed64(parse_size(word))
            except ValueError as e:
                raise h.err(f"parsing max_size: {e}") from None
        elif option == "set":
            (text,) = h.exactly()
        else:
            raise h.err(f"unrecognized request_body subdirective '{option}'")
    return RequestBody(max_size, text)
