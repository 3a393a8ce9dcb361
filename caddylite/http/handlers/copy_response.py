"""The ``copy_response`` handler."""

from caddylite.http.handling import Handler
from caddylite.http.weak import WeakString
from caddylite.registry import module


@module("http.handlers.copy_response")
class CopyResponse(Handler, frozen=True):
    """Answers with the response the proxy has got, perhaps with another status."""

    status_code: WeakString = WeakString("")
