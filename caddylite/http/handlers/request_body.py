"""The ``request_body`` handler."""

from caddylite.http.handling import Handler
from caddylite.registry import module


@module("http.handlers.request_body")
class RequestBody(Handler, frozen=True):
    """Limits the body (in bytes; what is longer is answered with 413) or replaces it."""

    max_size: int = 0
    set: str = ""
