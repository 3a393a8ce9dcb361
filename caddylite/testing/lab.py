"""A config put up for questions: compiled once, asked about any number of clients."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from caddylite import sources
from caddylite.caddy.config import Config
from caddylite.errors import ConfigError
from caddylite.layer4.config import Route
from caddylite.layer4.matching import Connection
from caddylite.layer4.routing import Router
from caddylite.sources import Sources
from caddylite.testing.clients.base import Client
from caddylite.testing.stream import WHOLE, Cut, Quiet
from caddylite.testing.trace import Listener, Trace, choose, listeners
from caddylite.testing.walk import Walk

if TYPE_CHECKING:
    from caddylite.testing.coverage.collector import Observer
    from caddylite.testing.strategy import Strategy

#: Who decides: caddylite's router, or caddy-l4's as it is at 42db569.
OURS, REAL = "caddylite", "caddy-l4"


class Lab:
    """Answers what a client would get from a config. No socket is opened, nothing is looked up."""

    def __init__(self, config: Config, places: Sources | None = None, file: str = "") -> None:
        self.config, self.places, self.file = config, places or Sources(), file
        #: Told of every decision, if somebody measures what the clients reach.
        self.observer: Observer | None = None
        self._routers: dict[int, tuple[Sequence[Route], Router]] = {}
        self._strategies: dict[str, Strategy] = {}

    @classmethod
    def from_text(cls, text: str, file: str = "Caddyfile") -> Self:
        """Compile a Caddyfile, or JSON if the text begins with a brace and a quote."""
        from caddylite.adapt.compile import from_caddyfile, from_json

        begins = text.lstrip()[:1] == "{" and text.lstrip()[1:].lstrip()[:1] in ('"', "}")
        if file.endswith(".json") or (begins and "caddyfile" not in file.lower()):
            from caddylite.testing.source_map import JsonSources

            config = from_json(text, file)
            return cls(config, JsonSources(config, text, file), file)
        with sources.collect() as places:
            config, _ = from_caddyfile(text, file)
        return cls(config, places, file)

    @classmethod
    def from_file(cls, path: str | Path) -> Self:
        """Read and compile a config; ConfigError if that cannot be done."""
        try:
            raw = Path(path).read_bytes()
        except OSError as e:
            raise ConfigError(f"open {path}: {(e.strerror or str(e)).lower()}") from None
        return cls.from_text(raw.decode("utf-8", "surrogateescape"), str(path))

    @cached_property
    def listeners(self) -> list[Listener]:
        """Every address listened on, those of automatic HTTPS among them."""
        return [replace(k, config=self._servers.get(k.server, k.config)) if k.app == "http" else k
                for k in [*listeners(self.config), *self._added]]  # fmt: skip

    @cached_property
    def _plan(self) -> Any:
        """The HTTP app as automatic HTTPS leaves it, or None."""
        http = self.config.apps.get("http")
        if http is None:
            return None
        from caddylite.http.auto_https import plan

        try:
            return plan(http, self.config.apps.get("tls"))  # type: ignore[arg-type]
        except ConfigError:
            return None  # what is wrong is told by validate

    @cached_property
    def certificates(self) -> frozenset[str] | None:
        """The names that certificates are managed for; None if there may be others."""
        from caddylite.testing.certificates import managed

        named = self._plan.names if self._plan is not None else ()
        return managed(named, self.config.apps.get("tls"))  # type: ignore[arg-type]

    @property
    def _servers(self) -> Mapping[str, Any]:
        return self._plan.app.servers if self._plan is not None else {}

    @property
    def _added(self) -> list[Listener]:
        if self._plan is None:
            return []
        from caddylite.http.redirects import Redirects

        server = self._servers.get(Redirects.SERVER)
        return [Listener("http", Redirects.SERVER, a, server) for a in self._plan.added]

    def router(self, routes: Sequence[Route]) -> Router:
        """Return the routes compiled; once for each list."""
        known = self._routers.get(id(routes))
        if known is None:
            known = self._routers[id(routes)] = routes, _router(routes)
        return known[1]

    def strategy(self, name: "str | Strategy") -> "Strategy":
        """Return who decides: OURS or REAL, or one that is given itself."""
        if not isinstance(name, str):
            return name
        known = self._strategies.get(name)
        if known is None:
            known = self._strategies[name] = _make_strategy(name, self)
        return known

    def connect(
        self,
        listen: str = "",
        client: Client | None = None,
        *,
        cut: Cut = WHOLE,
        decide_as: "str | Strategy" = OURS,
        detail: bool = True,
    ) -> Trace:
        """Follow a client from a listener (the only one if not named) to where it ends.

        Without ``detail`` the trace has no reports of routes: only the end counts.
        """
        client = client or Client()
        listener = choose(self.listeners, listen, client.network)
        return self.follow(listener, client, cut, decide_as, detail)

    def follow(
        self,
        listener: Listener,
        client: Client,
        cut: Cut = WHOLE,
        decide_as: "str | Strategy" = OURS,
        detail: bool = True,
    ) -> Trace:
        """Follow a client from this listener."""
        ports = listener.ports
        host = ports.host if ports.host not in ("", "0.0.0.0", "::") else _same_family(client)
        network = "unix" if ports.is_unix else client.network
        local = client.local or (host, ports.start_port)
        if ports.is_unix:
            cx = Connection("", ports.host, network, client.time)  # such a peer has no address
        else:
            cx = Connection(client.remote, local, network, client.time)
        result = Trace(client, listener.address)
        walk = Walk(self, self.strategy(decide_as), result, cx, cut, detail)
        try:
            walk.enter(listener)
        except Quiet:
            walk.still_waiting()
        result.flights = walk.flights.begun
        return result


def _router(routes: Sequence[Route]) -> Router:
    try:
        return Router(routes)
    except ConfigError:
        from caddylite.testing.unready import usable

        return Router(usable(routes))


def _same_family(client: Client) -> str:
    return "::1" if ":" in client.remote[0] else "127.0.0.1"


def _make_strategy(name: str, lab: Lab) -> "Strategy":
    makers: dict[str, Callable[[], Any]] = {OURS: _ours, REAL: _real}
    maker = makers.get(name)
    if maker is None:
        raise ConfigError(f"nobody decides as {name!r}", hint=f"write {OURS} or {REAL}")
    strategy: Strategy = maker()(lab)
    return strategy


def _ours() -> Any:
    from caddylite.testing.strategy import Ours

    return Ours


def _real() -> Any:
    from caddylite.testing.caddy_l4.deciding import CaddyL4

    return CaddyL4
