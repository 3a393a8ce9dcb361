"""Runs ``error``: ends the route with an error."""

from caddylite.http.handlers.error import StaticError
from caddylite.http.live.build import Build
from caddylite.http.live.errors import HandlerError
from caddylite.http.live.exchange import Exchange, Proceed
from caddylite.http.live.static_response import read_status


class Live:
    """Raises the error that the config says."""

    def __init__(self, ir: StaticError, build: Build) -> None:
        self._ir = ir

    async def serve(self, ex: Exchange, proceed: Proceed) -> None:
        """Raise it; the status is 500 where none is given."""
        status = read_status(ex.expand(self._ir.status_code)) if self._ir.status_code else 500
        raise HandlerError(status, ex.expand_known(self._ir.error))
