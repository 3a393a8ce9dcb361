"""The ``subroute`` handler."""

from caddylite.http.config import Errors
from caddylite.http.handling import Handler
from caddylite.http.route import Route
from caddylite.registry import module


@module("http.handlers.subroute")
class Subroute(Handler, frozen=True):
    """Runs routes of its own inside a route; no directive has this name.

    ``handle``, ``route`` and every site with a host are subroutes in JSON.
    """

    routes: tuple[Route, ...] = ()
    errors: Errors | None = None
