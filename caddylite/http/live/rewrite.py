"""Runs ``rewrite``: changes the request for the handlers that follow."""

from caddylite.http.handlers.rewrite import Rewrite
from caddylite.http.live.build import Build
from caddylite.http.live.exchange import Exchange, Proceed
from caddylite.http.rewriting import Rewriter


class Live:
    """Rewrites and passes on."""

    def __init__(self, ir: Rewrite, build: Build) -> None:
        self._rewriter = Rewriter(ir)

    async def serve(self, ex: Exchange, proceed: Proceed) -> None:
        """Rewrite the request."""
        self._rewriter.apply(ex.request)
        await proceed()
