"""The ``authentication`` handler."""

from caddylite.http.authentication.config import Provider
from caddylite.http.handling import Handler
from caddylite.registry import module


@module("http.handlers.authentication")
class Authentication(Handler, frozen=True):
    """Lets through whom one of its providers knows; others get 401."""

    providers: dict[str, Provider] = {}
