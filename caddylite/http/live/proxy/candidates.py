"""Among which upstreams one is chosen: those the config names, or those a source finds."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from caddylite.context import DEBUG, House, Logger
from caddylite.errors import ConfigError
from caddylite.http.handlers.reverse_proxy import ReverseProxy
from caddylite.http.handlers.reverse_proxy import Upstream as UpstreamIR
from caddylite.http.live.errors import HandlerError
from caddylite.http.live.exchange import Exchange
from caddylite.http.live.proxy.hosts import hosts_of
from caddylite.http.live.proxy.upstreams import Failures, Upstream

if TYPE_CHECKING:
    from caddylite.http.live.proxy.sources import Source

_FAILED: Final = "failed getting dynamic upstreams; falling back to static upstreams"


class Candidates:
    """The upstreams of one reverse proxy: ``named`` by its config, or found for a request."""

    def __init__(self, ir: ReverseProxy, logger: Logger, house: House) -> None:
        self._logger, self._house, self._hosts = logger, house, hosts_of(house)
        passive = ir.health_checks.passive if ir.health_checks is not None else None
        self._failures = Failures(passive, house) if passive is not None else None
        self.named = [Upstream(u, self._failures, self._hosts.named(u.dial)) for u in ir.upstreams]
        self._source: Source | None = None
        if ir.dynamic_upstreams is not None:
            from caddylite.http.live.proxy.sources import make_source

            try:
                self._source = make_source(ir.dynamic_upstreams, house)
            except ConfigError as e:
                raise e.wrap("loading upstream source module: ") from None

    async def of(self, ex: Exchange, retries: int) -> Sequence[Upstream]:
        """Return those for a request that was tried so often before."""
        source = self._source
        return self.named if source is None else await self._found(source, ex, retries)

    async def _found(self, source: "Source", ex: Exchange, retries: int) -> Sequence[Upstream]:
        from caddylite.http.live.proxy.names import LookupFailed

        if retries:
            source.reset(ex)
        try:
            dials = await source.find(ex)
        except LookupFailed as problem:
            self._logger.error(_FAILED, error=str(problem))
            return self.named
        now = self._house.monotonic()
        if self._logger.enabled(DEBUG):
            self._logger.debug("provisioned dynamic upstreams", count=len(dials))
        try:
            return [
                Upstream(UpstreamIR(dial=dial), self._failures, self._hosts.found(dial, now))
                for dial in dials
            ]
        except ValueError as problem:  # a port that was made of placeholders
            raise HandlerError(502, f"making dial info: {problem}") from None
