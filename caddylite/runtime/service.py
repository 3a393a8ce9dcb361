"""A config running: built whole, then bound, then served; stopped politely."""

from collections.abc import Callable
from typing import Any, Final

from caddylite.caddy.config import Config
from caddylite.errors import ConfigError
from caddylite.runtime import listeners
from caddylite.runtime.accept import Acceptor
from caddylite.runtime.house import RunningHouse
from caddylite.runtime.sweep import Sweeper
from caddylite.runtime.tree import Entry, TreeMaker
from caddylite.runtime.udp.listener import DatagramListener
from caddylite.runtime.udp.sockets import is_datagram

#: Seconds that open connections get when the program stops and the config does not say.
GRACE: Final = 3.0


def take_from(sock: Any, entry: Entry, house: Any) -> Acceptor | DatagramListener:
    """Begin to take connections, or datagrams, from a listening socket."""
    if is_datagram(entry.address):
        return DatagramListener(sock, house, entry.start, entry.connections, entry.idle)
    return Acceptor(sock, house, entry.start, entry.connections)


class Service:
    """One config on one house."""

    def __init__(self, config: Config, house: RunningHouse) -> None:
        self.config, self.house = config, house
        self.entries: list[Entry] = []
        self.acceptors: list[Acceptor | DatagramListener] = []
        self.http: Any = None
        self.tls: Any = None
        self._served: tuple[tuple[str, ...], frozenset[str]] = ((), frozenset())
        self._sweeper = Sweeper(house)
        self._finished: Callable[[], object] | None = None
        self._grace: Any = None

    def build(self) -> None:
        """Make the tree; nothing is bound yet. ConfigError says what cannot be run."""
        maker = TreeMaker(self.house)
        self._certificates()
        for name, app in self._apps():
            start = _STARTS.get(name)
            if start is None:
                raise ConfigError(f"unknown module: {name}")
            try:
                start(self, maker, app)
            except ConfigError as e:
                raise e.wrap(f"loading {name} app module: provision {name}: ") from None

    def _apps(self) -> list[tuple[str, Any]]:
        order = {name: i for i, name in enumerate(_STARTS)}
        apps = dict(self.config.apps)
        return sorted(apps.items(), key=lambda item: order.get(item[0], 99))

    def _certificates(self) -> None:
        """Make the apps that have certificates; others may ask for them whatever is configured."""
        from caddylite.tls.live.app import make_apps

        apps = self.config.apps
        tls: Any = apps.get("tls")
        try:
            self.tls, pki = make_apps(tls, apps.get("pki"), self.house, self.config.storage)
        except ConfigError as e:
            raise e.wrap("loading tls app module: provision tls: ") from None
        self.house.apps |= {"tls": self.tls, "pki": pki}

    def _layer4(self, maker: TreeMaker, app: Any) -> None:
        self.entries += maker.layer4(app)

    def _http(self, maker: TreeMaker, app: Any) -> None:
        from caddylite.http.auto_https import plan
        from caddylite.http.live.app import HttpApp

        made = plan(app, self.tls.ir, self.tls.has, self.house.globals)
        log = self.house.logger("http.auto_https")
        for level, message, fields in made.notes:
            getattr(log, level)(message, **fields)
        self._served = made.names, made.internal
        self.http = self.house.apps["http"] = HttpApp(made.app, self.house)
        self.entries += maker.http(self.http)

    def _ignored(self, maker: TreeMaker, app: Any) -> None:
        """Configured, but nothing of it runs by itself."""

    def start(self) -> None:
        """Bind every address, then accept; if one cannot be had, none is kept."""
        self.tls.start(*self._served)
        bound: list[tuple[Any, Entry]] = []
        addresses = [entry.address for entry in self.entries]
        shared = {d: listeners.share_a_port(addresses, d) for d in (False, True)}
        try:
            for entry in self.entries:
                datagrams = is_datagram(entry.address)
                if datagrams and entry.streams:
                    raise ConfigError(
                        f"http app module: start: network '{entry.address.network}' "
                        "cannot handle HTTP/1 or HTTP/2 connections",
                        hint="HTTP/3 is not served here",
                    )
                beside = entry.address.start_port in shared[datagrams]
                bound.append((listeners.listen(entry.address, beside), entry))
        except ConfigError:
            for sock, entry in bound:
                sock.close()
                listeners.unlink(entry.address)
            raise
        for sock, entry in bound:
            self.acceptors.append(take_from(sock, entry, self.house))
        self._sweeper.start()

    @property
    def active(self) -> int:
        """How many connections are open."""
        return sum(len(c.active) for c in self._counters())

    def _counters(self) -> set[Any]:
        return {entry.connections for entry in self.entries}

    def stop(self, finished: Callable[[], object], grace: float | None = None) -> None:
        """Accept no more, let connections end, then call ``finished``."""
        for acceptor in self.acceptors:
            acceptor.stop()
        for entry in self.entries:
            listeners.unlink(entry.address)
        self._finished = finished
        if self.http is not None:
            self.http.drain()
        if not self.active:
            self._end()
            return
        for connections in self._counters():
            connections.emptied = self._perhaps_end
        seconds = self._grace_period() if grace is None else grace
        self._grace = self.house.later(seconds, self.abort)

    def _grace_period(self) -> float:
        http = self.config.apps.get("http")
        configured = getattr(http, "grace_period", None)
        return configured.seconds if configured else GRACE

    def _perhaps_end(self) -> None:
        if not self.active:
            self._end()

    def abort(self) -> None:
        """End every connection now."""
        for connections in self._counters():
            for flow in tuple(connections.active):
                flow.abort("shutting down")
        self._end()

    def _end(self) -> None:
        finished, self._finished = self._finished, None
        if finished is None:
            return
        if self._grace is not None and self._grace.active():
            self._grace.cancel()
        self._sweeper.stop()
        for call in self.house.stopping():
            call()
        finished()


#: The apps in the order in which they are built, with how.
_STARTS: Final[dict[str, Callable[[Service, TreeMaker, Any], None]]] = {
    "caddy.filesystems": Service._ignored,
    "events": Service._ignored,
    "pki": Service._ignored,
    "tls": Service._ignored,
    "http": Service._http,
    "layer4": Service._layer4,
}
