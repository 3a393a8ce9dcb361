"""Runs ``vars``: sets variables of the request (``root`` is one)."""

from caddylite.http.handlers.vars import Vars
from caddylite.http.live.build import Build
from caddylite.http.live.exchange import Exchange, Proceed


class Live:
    """Sets the variables and passes on."""

    def __init__(self, ir: Vars, build: Build) -> None:
        self._values = ir.values

    async def serve(self, ex: Exchange, proceed: Proceed) -> None:
        """Set them; texts may hold placeholders."""
        for name, value in self._values.items():
            key = ex.expand(name)
            expanded = ex.expand(value) if isinstance(value, str) else value
            ex.request.vars[key] = expanded
            if key == "http.auth.user.id":  # the access log looks there
                ex.request.placeholders[key] = expanded
        await proceed()
