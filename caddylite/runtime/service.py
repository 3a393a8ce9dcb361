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
from caddylite.runtime.watch import IN

#: Seconds that open connections get when the program stops and the config does not say.
GRACE: Final = 3.0


def take_from(sock: Any, entry: Entry, house: Any) -> Acceptor | DatagramListener:
    """Begin to take connections, or datagrams, from a listening socket."""
    if is_datagram(entry.address):
        return DatagramListener(sock, house, entry.start, entry.connections, entry.idle)
    return Acceptor(sock, house, entry.start, entry.connections)


def hand_over(acceptor: Acceptor | DatagramListener, entry: Entry, house: Any) -> None:
    """Have a listening socket serve new clients by another config."""
    sock = acceptor.listener if isinstance(acceptor, Acceptor) else acceptor.sock
    acceptor.house.ourselves.closes(sock, acceptor.owner.label)
    acceptor.house = house
    if isinstance(acceptor, Acceptor):
        acceptor.start, acceptor.owner = entry.start, entry.connections
    else:
        acceptor.go_on_with(entry.start, entry.connections, entry.idle)
    house.ourselves.listens(sock, entry.connections.label)


class Service:
    """One config on one house."""

    def __init__(self, config: Config, house: RunningHouse) -> None:
        self.config, self.house = config, house
        self.entries: list[Entry] = []
        self.listening: list[tuple[Entry, Acceptor | DatagramListener]] = []
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
                raise e.of_app(name) from None

    def _apps(self) -> list[tuple[str, Any]]:
        order = {name: i for i, name in enumerate(_STARTS)}
        apps = dict(self.config.apps)
        return sorted(apps.items(), key=lambda item: order.get(item[0], 99))

    def _certificates(self) -> None:
        """Make the apps that have certificates; others may ask for them whatever is configured."""
        from caddylite.tls.live.app import make_apps

        apps = self.config.apps
        tls: Any = apps.get("tls")
        http: Any = apps.get("http")
        ports = getattr(http, "http_port", 0) or 80, getattr(http, "https_port", 0) or 443
        self.tls, pki = make_apps(tls, apps.get("pki"), self.house, self.config.storage, ports)
        self.house.apps |= {"tls": self.tls, "pki": pki}

    def _layer4(self, maker: TreeMaker, app: Any) -> None:
        self.entries += maker.layer4(app)

    def _http(self, maker: TreeMaker, app: Any) -> None:
        from caddylite.http.auto_https import plan
        from caddylite.http.listener_checks import check_listeners, check_servers
        from caddylite.http.live.app import HttpApp

        made = plan(app, self.tls.ir, self.tls.has, self.house.globals)
        check_servers(app, self.house.globals)
        log = self.house.logger("http.auto_https")
        for level, message, fields in made.notes:
            getattr(log, level)(message, **fields)
        if made.names:
            self.house.logger("http").info(
                "enabling automatic TLS certificate management", domains=list(made.names)
            )
        self._served = made.names, made.internal
        self.http = self.house.apps["http"] = HttpApp(made.app, self.house)
        check_listeners(made.app, self.house.globals)
        self.entries += maker.http(self.http)

    def _ignored(self, maker: TreeMaker, app: Any) -> None:
        """Configured, but nothing of it runs by itself."""

    def start(self, previous: "Service | None" = None) -> None:
        """Bind every address, then accept; if one cannot be had, none is kept.

        Sockets that ``previous`` has for the same addresses are taken over from it, once all the
        others have been bound.
        """
        self.tls.start(*self._served)
        before = {e.address: a for e, a in previous.listening} if previous is not None else {}
        bound = self._bind(before)
        for entry in self.entries:
            kept = before.pop(entry.address, None)
            if kept is None:
                acceptor = take_from(bound.pop(id(entry)), entry, self.house)
            else:
                acceptor = kept
                hand_over(kept, entry, self.house)
            self.listening.append((entry, acceptor))
        if previous is not None:
            previous.listening = [(e, a) for e, a in previous.listening if e.address in before]
        self._sweeper.start()

    def _bind(self, before: dict[Any, Any]) -> dict[int, Any]:
        """Bind what is not there yet; return the sockets by the ids of their entries."""
        bound: dict[int, Any] = {}
        known = dict.fromkeys((*(entry.address for entry in self.entries), *before))
        shared = {d: listeners.share_a_port(known, d) for d in (False, True)}
        for address, acceptor in before.items():
            if address.start_port in shared[is_datagram(address)]:
                listeners.let_share(acceptor.fd)
        try:
            for entry in self.entries:
                datagrams = is_datagram(entry.address)
                if datagrams and entry.streams:
                    raise ConfigError(
                        f"http app module: start: network '{entry.address.network}' "
                        "cannot handle HTTP/1 or HTTP/2 connections",
                        hint="HTTP/3 is not served here",
                    )
                if entry.address not in before:
                    beside = entry.address.start_port in shared[datagrams]
                    bound[id(entry)] = listeners.listen(entry.address, beside)
        except ConfigError:
            for entry in self.entries:
                sock = bound.get(id(entry))
                if sock is not None:
                    sock.close()
                    listeners.unlink(entry.address)
            raise
        return bound

    @property
    def active(self) -> int:
        """How many connections are open."""
        return sum(len(c.active) for c in self._counters())

    def _counters(self) -> set[Any]:
        return {entry.connections for entry in self.entries}

    def stop(self, finished: Callable[[], object], grace: float | None = None) -> None:
        """Accept no more, let connections end, then call ``finished``.

        ``grace``: the seconds they get (None: what the config says, else a few).
        """
        self._close_listeners()
        self._drain(finished)
        if self._finished is not None:
            self._limit(grace if grace is not None else self._grace_period() or GRACE)

    def retire(self, finished: Callable[[], object]) -> None:
        """Make way for another config, which has taken over what it wants of the listeners.

        Connections go on for as long as they like, unless the config has a ``grace_period``.
        """
        for _, acceptor in self.listening:
            acceptor.ready(IN)  # who is in the kernel's queue has connected already
        self._close_listeners()
        self._drain(finished)
        seconds = self._grace_period()
        if self._finished is not None and seconds:
            self._limit(seconds)

    def _close_listeners(self) -> None:
        listening, self.listening = self.listening, []
        for entry, acceptor in listening:
            acceptor.stop()
            listeners.unlink(entry.address)

    def _drain(self, finished: Callable[[], object]) -> None:
        """Call ``finished`` when the last connection has ended."""
        self._finished = finished
        self.tls.leave()
        if self.http is not None:
            self.http.drain()
        if not self.active:
            self._end()
            return
        for connections in self._counters():
            connections.emptied = self._perhaps_end

    def _limit(self, seconds: float) -> None:
        if self._grace is not None and self._grace.active():
            self._grace.cancel()
        self._grace = self.house.later(seconds, self.abort)

    def _grace_period(self) -> float:
        http = self.config.apps.get("http")
        configured = getattr(http, "grace_period", None)
        return configured.seconds if configured else 0.0

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
