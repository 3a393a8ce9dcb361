"""The ``log_append`` handler."""

from caddylite.http.handling import Handler
from caddylite.registry import module


@module("http.handlers.log_append")
class LogAppend(Handler, frozen=True):
    """Adds a field to the access log: a placeholder's, a variable's or a constant value.

    It is added when the response is done, or (``early``) before the next handler.
    """

    key: str = ""
    value: str = ""
    early: bool = False
