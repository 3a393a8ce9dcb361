"""The ``vars`` handler."""

from typing import Any, ClassVar

from caddylite.http.handling import Handler
from caddylite.registry import module


@module("http.handlers.vars")
class Vars(Handler, frozen=True):
    """Sets variables of the request; names and values may hold placeholders.

    Their names are ``http.vars.NAME`` as placeholders. ``root``, ``fs``, ``log_skip`` and
    ``access_logger_names`` mean something to other handlers and the server.
    """

    transparent: ClassVar[bool] = True

    values: dict[str, Any] = {}
