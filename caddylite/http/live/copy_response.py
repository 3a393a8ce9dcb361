"""Runs ``copy_response``: answers with the response that a proxy has got."""

from caddylite.http.handlers.copy_response import CopyResponse
from caddylite.http.live.build import Build
from caddylite.http.live.errors import HandlerError
from caddylite.http.live.exchange import Exchange, Proceed
from caddylite.http.live.response_handlers import CONTEXT, Captured
from caddylite.http.live.static_response import read_status


class Live:
    """Passes the captured response on, perhaps with another status."""

    def __init__(self, ir: CopyResponse, build: Build) -> None:
        self._ir = ir

    async def serve(self, ex: Exchange, proceed: Proceed) -> None:
        """Pass it on."""
        captured = ex.request.vars.get(CONTEXT)
        if not isinstance(captured, Captured):
            raise HandlerError(
                500,
                "cannot use 'copy_response' outside of reverse_proxy's handle_response routes",
            )
        if self._ir.status_code:
            captured.response.status = read_status(ex.expand(self._ir.status_code))
        await captured.finish()
