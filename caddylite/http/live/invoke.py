"""Runs ``invoke``: one of the server's named routes."""

from caddylite.errors import ConfigError
from caddylite.http.handlers.invoke import Invoke
from caddylite.http.live.build import Build
from caddylite.http.live.exchange import Exchange, Proceed
from caddylite.http.live.running import run


class Live:
    """Runs the route, then what follows."""

    def __init__(self, ir: Invoke, build: Build) -> None:
        if ir.route not in build.names:
            raise ConfigError(f"cannot invoke named route '{ir.route}', which was not defined")
        self._name, self._named = ir.route, build.named

    async def serve(self, ex: Exchange, proceed: Proceed) -> None:
        """Run the route; it is looked up now, since named routes may call each other."""
        await run(self._named[self._name], ex, proceed)
