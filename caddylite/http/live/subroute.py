"""Runs ``subroute``: routes inside a route, with error routes of their own."""

from caddylite.http.handlers.subroute import Subroute
from caddylite.http.live.build import Build
from caddylite.http.live.errors import Aborted, Disconnected
from caddylite.http.live.exchange import Exchange, Proceed
from caddylite.http.live.running import note_error, run
from caddylite.http.routing import RouteWords


class Live:
    """Runs its routes, then what follows the subroute."""

    def __init__(self, ir: Subroute, build: Build) -> None:
        self._routes = build.routes(ir.routes, RouteWords.same("setting up subroutes: "))
        self._errors = None
        if ir.errors is not None:
            words = RouteWords.same("setting up error subroutes: ")
            self._errors = build.routes(ir.errors.routes, words)

    async def serve(self, ex: Exchange, proceed: Proceed) -> None:
        """Run the routes; an error goes to the error routes, if there are any."""
        if self._errors is None:
            await run(self._routes, ex, proceed)
            return
        try:
            await run(self._routes, ex, proceed)
        except (Aborted, Disconnected):
            raise
        except Exception as error:
            ex.server.identify(error)
            note_error(ex, error)
            await run(self._errors, ex, proceed)
