"""Makes live handlers of IR: ``http.handlers.NAME`` runs as ``caddylite/http/live/NAME.py``.

Such a file has a class ``Live`` made with the handler's IR and a Build.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from caddylite.context import House
from caddylite.errors import ConfigError
from caddylite.http.handling import Handler
from caddylite.http.live.exchange import LiveHandler
from caddylite.http.route import Route
from caddylite.http.routing import NO_WORDS, Routes, RouteWords, compile_routes


@dataclass(slots=True)
class Build:
    """What a live handler is made with: the house, the server's name and its named routes."""

    house: House
    server: str = ""
    named: dict[str, Routes[LiveHandler]] = field(default_factory=dict)
    #: The names there will be, also while they are being built.
    names: frozenset[str] = frozenset()

    def handler(self, ir: Handler) -> LiveHandler:
        """Make one handler; ConfigError if caddylite cannot run it yet."""
        name = ir.name.replace("-", "_")
        path = f"caddylite.http.live.{name}"
        live: Any = None
        if type(ir).__module__.startswith("caddylite.") and find_spec(path) is not None:
            live = getattr(import_module(path), "Live", None)
        if live is None:
            live = getattr(ir, "live", None)  # a plugin brings its own
        if live is None:
            raise ConfigError(f"handler {ir.name} is not run by caddylite yet")
        made: LiveHandler = live(ir, self)
        return made

    def routes(self, routes: Iterable[Route], words: RouteWords = NO_WORDS) -> Routes[LiveHandler]:
        """Make a list of routes; ``words`` are what complaints about them begin with."""
        return compile_routes(routes, self.handler, self.house, words)
