"""The ``error`` handler."""

from caddylite.http.handling import Handler
from caddylite.http.weak import WeakString
from caddylite.registry import module


@module("http.handlers.error")
class StaticError(Handler, frozen=True):
    """Ends the route with an error, for ``handle_errors`` to answer; status 500 if unset."""

    error: str = ""
    status_code: WeakString = WeakString("")
