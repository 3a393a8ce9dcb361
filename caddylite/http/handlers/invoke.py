"""The ``invoke`` handler."""

import msgspec

from caddylite.http.handling import Handler
from caddylite.registry import module


@module("http.handlers.invoke")
class Invoke(Handler, frozen=True):
    """Runs one of the server's named routes."""

    route: str = msgspec.field(name="name", default="")
