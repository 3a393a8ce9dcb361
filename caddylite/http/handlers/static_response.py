"""The ``static_response`` handler: ``respond``, ``redir``, ``abort``."""

from caddylite.http.handling import Handler
from caddylite.http.weak import WeakString
from caddylite.registry import module


@module("http.handlers.static_response")
class StaticResponse(Handler, frozen=True):
    """Answers with what the config says; ``abort`` closes the connection without an answer.

    The status may be a placeholder; status 103 is sent ahead, and the next handler goes on.
    """

    status_code: WeakString = WeakString("")
    headers: dict[str, tuple[str, ...]] = {}
    body: str = ""
    close: bool = False
    abort: bool = False
