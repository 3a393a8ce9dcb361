"""The ``intercept`` handler."""

from caddylite.http.handling import Handler
from caddylite.http.response_handler import ResponseHandler
from caddylite.registry import module


@module("http.handlers.intercept")
class Intercept(Handler, frozen=True):
    """Answers otherwise where a response of the handlers after it matches."""

    handle_response: tuple[ResponseHandler, ...] = ()
