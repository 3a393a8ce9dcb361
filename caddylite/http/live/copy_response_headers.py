"""Runs ``copy_response_headers``: copies header fields of the response that a proxy has got."""

from caddylite.errors import ConfigError
from caddylite.http.fields import canonical
from caddylite.http.handlers.copy_response_headers import CopyResponseHeaders
from caddylite.http.live.build import Build
from caddylite.http.live.errors import HandlerError
from caddylite.http.live.exchange import Exchange, Proceed
from caddylite.http.live.response_handlers import CONTEXT, Captured


class Live:
    """Copies these fields only, or all but these."""

    def __init__(self, ir: CopyResponseHeaders, build: Build) -> None:
        if ir.include and ir.exclude:
            raise ConfigError("cannot define both 'exclude' and 'include' lists at the same time")
        self._include = frozenset(canonical(n) for n in ir.include)
        self._exclude = frozenset(canonical(n) for n in ir.exclude)

    async def serve(self, ex: Exchange, proceed: Proceed) -> None:
        """Copy and pass on."""
        captured = ex.request.vars.get(CONTEXT)
        if not isinstance(captured, Captured):
            raise HandlerError(
                500,
                "cannot use 'copy_response_headers' outside of reverse_proxy's handle_response "
                "routes",
            )
        for name, value in captured.response.headers:
            if (self._include and name not in self._include) or name in self._exclude:
                continue
            ex.out.headers.add(name, value)
        await proceed()
