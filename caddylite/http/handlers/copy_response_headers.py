"""The ``copy_response_headers`` handler."""

from caddylite.http.handling import Handler
from caddylite.registry import module


@module("http.handlers.copy_response_headers")
class CopyResponseHeaders(Handler, frozen=True):
    """Copies fields of the proxy's response: these only, or all but these."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
