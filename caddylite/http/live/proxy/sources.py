"""Sources of upstreams: who serves is found out while requests come in.

What is found is kept for ``refresh`` by the whole program, for a hundred names of each kind.
"""

from collections.abc import Callable
from typing import Any, Final, Protocol

from twisted.internet.defer import Deferred

from caddylite.context import House
from caddylite.errors import ConfigError
from caddylite.http.live.exchange import Exchange
from caddylite.http.live.proxy.hosts import Found, hosts_of
from caddylite.http.live.proxy.names import LookupFailed, Names
from caddylite.http.reverse_proxy.kinds import UpstreamSource
from caddylite.netaddr import join_host_port

#: Seconds that an answer is kept when the config does not say.
_REFRESH: Final = 60.0
#: How many names of a kind are remembered.
_MOST: Final = 100

Dials = tuple[str, ...]


class Source(Protocol):
    """Finds the addresses of upstreams."""

    async def find(self, ex: Exchange) -> Dials:
        """Return the addresses for a request. LookupFailed if there is no telling."""
        ...

    def reset(self, ex: Exchange) -> None:
        """Forget what was found for such a request: an upstream of these has failed."""
        ...


def make_source(ir: UpstreamSource, house: House) -> Source:
    """Return what runs a source."""
    make = _SOURCES.get(ir.name)
    if make is None:
        raise ConfigError(f"source of upstreams {ir.name} is not run by caddylite yet")
    try:
        return make(ir, house)
    except ConfigError as e:
        where = f"loading module '{ir.name}': provision http.reverse_proxy.upstreams.{ir.name}: "
        raise e.wrap(where) from None


class _Cached:
    """A source that keeps what it has found; those who want the same meanwhile wait for it."""

    kind = ""

    def __init__(self, ir: Any, house: House) -> None:
        self._ir, self._house = ir, house
        self._refresh = ir.refresh.seconds or _REFRESH
        self._names = Names(ir.resolver, ir.dial_timeout.seconds, house)
        self._logger = house.logger(f"http.reverse_proxy.upstreams.{self.kind}")
        self._known = hosts_of(house).lookups.setdefault(self.kind, {})
        self._asking: dict[str, list[Deferred[None]]] = {}

    def key(self, ex: Exchange) -> str:
        """Return what tells look-ups apart."""
        raise NotImplementedError

    async def look_up(self, ex: Exchange) -> Dials:
        """Ask the name server."""
        raise NotImplementedError

    async def find(self, ex: Exchange) -> Dials:
        """Return what is known and fresh, else ask."""
        key = self.key(ex)
        while True:
            known = self._known.get(key)
            if known is not None and known.fresh(self._house.monotonic()):
                return known.dials
            waiting = self._asking.get(key)
            if waiting is None:
                return await self._ask(key, known, ex)
            turn: Deferred[None] = Deferred()
            waiting.append(turn)
            await turn

    async def _ask(self, key: str, known: Found | None, ex: Exchange) -> Dials:
        waiting = self._asking[key] = []
        try:
            try:
                found = Found(self._house.monotonic(), self._refresh, await self.look_up(ex))
            except LookupFailed as problem:
                found = self._instead(known, problem)
            self._keep(key, found)
            return found.dials
        finally:
            del self._asking[key]
            for turn in waiting:
                if not turn.called:
                    turn.callback(None)

    def _instead(self, known: Found | None, problem: LookupFailed) -> Found:
        """Return what is to be used after a failure, or raise it."""
        raise problem

    def _keep(self, key: str, found: Found) -> None:
        if key not in self._known and len(self._known) >= _MOST:
            del self._known[self._house.random.choice(tuple(self._known))]
        self._known[key] = found

    def reset(self, ex: Exchange) -> None:
        """Forget nothing, as Caddy does for addresses."""


class _A(_Cached):
    """The addresses of a name (A and AAAA records)."""

    kind = "a"

    def __init__(self, ir: Any, house: House) -> None:
        super().__init__(ir, house)
        self._version = _version(ir.versions)
        self._port = ir.port or "80"

    def key(self, ex: Exchange) -> str:
        """Return name, port and IP version."""
        return ex.expand(join_host_port(self._ir.host, self._port) + self._version)

    async def look_up(self, ex: Exchange) -> Dials:
        """Ask for the addresses."""
        name, port = ex.expand(self._ir.host), ex.expand(self._port)
        self._logger.debug("refreshing A upstreams", version=self._version, name=name, port=port)
        addresses = await self._names.addresses(name, self._version)
        for address in addresses:
            self._logger.debug("discovered A record", ip=address)
        return tuple(join_host_port(address, port) for address in addresses)


def _version(versions: Any) -> str:
    """Say which addresses are wanted: ``ip`` (both), ``ip4`` or ``ip6``."""
    if versions is None:
        return "ip"
    four, six = bool(versions.ipv4), bool(versions.ipv6)
    return "ip" if four == six else "ip4" if four else "ip6"


class _SRV(_Cached):
    """The servers of a service (SRV records)."""

    kind = "srv"

    def key(self, ex: Exchange) -> str:
        """Return the name that is asked for."""
        ir = self._ir
        name = ex.expand(ir.host)
        if not ir.service and not ir.proto:
            return name
        return f"_{ex.expand(ir.service)}._{ex.expand(ir.proto)}.{name}"

    async def look_up(self, ex: Exchange) -> Dials:
        """Ask for the service's records."""
        ir = self._ir
        self._logger.debug(
            "refreshing SRV upstreams",
            service=ex.expand(ir.service), proto=ex.expand(ir.proto), name=ex.expand(ir.host),
        )  # fmt: skip
        dials = []
        for found in await self._names.services(self.key(ex)):
            self._logger.debug(
                "discovered SRV record",
                target=found.target, port=found.port,
                priority=found.priority, weight=found.weight,
            )  # fmt: skip
            dial = join_host_port(found.target, str(found.port))
            dials.append(f"{ir.dial_network}/{dial}" if ir.dial_network else dial)
        return tuple(dials)

    def _instead(self, known: Found | None, problem: LookupFailed) -> Found:
        """Go on with what was known, for the grace period."""
        grace = self._ir.grace_period.seconds
        if grace <= 0:
            raise problem
        self._logger.error("SRV lookup failed; using previously cached", error=str(problem))
        dials = known.dials if known is not None else ()
        return Found(self._house.monotonic(), grace, dials)

    def reset(self, ex: Exchange) -> None:
        """Forget the service."""
        self._known.pop(self.key(ex), None)


class _Multi:
    """Several sources; what they find is put together, and a failure costs only its part."""

    def __init__(self, ir: Any, house: House) -> None:
        self._sources = []
        for number, source in enumerate(ir.sources):
            try:
                self._sources.append(make_source(source, house))
            except ConfigError as e:
                where = f"loading upstream source modules: position {number}: "
                raise e.wrap(where) from None
        self._logger = house.logger("http.reverse_proxy.upstreams.multi")

    async def find(self, ex: Exchange) -> Dials:
        """Ask each in turn."""
        out: list[str] = []
        for number, source in enumerate(self._sources):
            try:
                found = await source.find(ex)
            except LookupFailed as problem:
                self._logger.error(
                    "upstream source returned error", source_idx=number, error=str(problem)
                )
                continue
            if not found:
                self._logger.warn("upstream source returned 0 upstreams", source_idx=number)
            out += found
        return tuple(out)

    def reset(self, ex: Exchange) -> None:
        """Forget nothing, as Caddy does for several."""


_SOURCES: Final[dict[str, Callable[[Any, House], Source]]] = {
    "a": _A,
    "srv": _SRV,
    "multi": _Multi,
}
