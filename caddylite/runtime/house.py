"""The running house: what live modules may ask for (:class:`caddylite.context.House`)."""

import os
import random
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from caddylite.http.live.proxy.hosts import Hosts
from caddylite.layer4.live.peers import Peers
from caddylite.layer4.live.timeouts import Timeouts
from caddylite.placeholders import Globals, Lookup
from caddylite.runtime.caps import Caps
from caddylite.runtime.connections import Connections
from caddylite.runtime.dial import Dialer
from caddylite.runtime.logs import LogBook, NamedLogger
from caddylite.runtime.ourselves import Ourselves
from caddylite.runtime.resolver import Resolver
from caddylite.runtime.udp.bounds import Bounds
from caddylite.runtime.udp.port import DatagramPort
from caddylite.runtime.watch import Watch, watch_on


class RunningHouse:
    """Everything a config needs to run, given from outside."""

    def __init__(
        self,
        reactor: Any,
        logs: LogBook,
        *,
        environ: Mapping[str, str] | None = None,
        data_dir: Path | None = None,
        config_dir: Path | None = None,
        chance: random.Random | None = None,
        watch: Watch | None = None,
        dialer: Callable[[Any], Any] = Dialer,
    ) -> None:
        self.reactor, self.logs = reactor, logs
        self.environ: Mapping[str, str] = os.environ if environ is None else environ
        self.data_dir = data_dir or default_dir(self.environ, "XDG_DATA_HOME", ".local/share")
        self.config_dir = config_dir or default_dir(self.environ, "XDG_CONFIG_HOME", ".config")
        self.random = chance or random.Random()
        self.globals: Lookup = Globals(self.environ)
        self.watch: Watch = watch or watch_on(reactor)
        self.connections: list[Connections] = []
        self.apps: dict[str, Any] = {}
        self.kept: dict[str, Any] = {}
        self.caps = Caps.from_environment(self.environ)
        self.bounds = Bounds(self.caps.associations, self.caps.associations_per_host)
        self.ourselves = Ourselves()
        self.peers = Peers()
        self.hosts = Hosts()
        #: Addresses named by clients that were not dialled (``layer4.live.guard``).
        self.refused_dials = 0
        self._timeouts: dict[float, Timeouts] = {}
        self._stops: list[Callable[[], object]] = []
        self.dialer = dialer(self)
        self.resolver = Resolver(self)

    def clock(self) -> float:
        """Seconds since the epoch."""
        return time.time()

    def monotonic(self) -> float:
        """Seconds that never go backwards."""
        return time.monotonic()

    def later(self, seconds: float, call: Callable[..., object], *args: object) -> Any:
        """Call once, after so many seconds."""
        return self.reactor.callLater(seconds, call, *args)

    def timeouts(self, seconds: float) -> Timeouts:
        """Return the shared queue for timeouts of this length."""
        found = self._timeouts.get(seconds)
        if found is None:
            found = self._timeouts[seconds] = Timeouts(seconds, self.later, self.monotonic)
        return found

    def logger(self, name: str) -> NamedLogger:
        """Return the logger of this name."""
        return self.logs.logger(name)

    def app(self, name: str) -> Any:
        """Return a running app, or None."""
        return self.apps.get(name)

    def on_stop(self, call: Callable[[], object]) -> None:
        """Call when this config is being stopped."""
        self._stops.append(call)

    def stopping(self) -> list[Callable[[], object]]:
        """Return what is to be called at the end, last added first; each once."""
        calls, self._stops = self._stops[::-1], []
        return calls

    def open_datagrams(self, host: str, received: Callable[[bytes, Any], None]) -> DatagramPort:
        """Bind a datagram socket to any port of a host; ``received(data, sender)`` is told.

        It has ``address``, ``send(data, address)`` and ``close()``. OSError when it cannot be had.
        """
        return DatagramPort(self, host, received)

    def dial(
        self, target: Any, protocol: Any, timeout: float, bind: Any = None, dialled: Any = None
    ) -> Any:
        """Connect to a socket address; ``protocol`` gets a transport, or ``connectionFailed``.

        ``bind(sock)`` is called before, ``dialled(sock)`` when it has begun to connect. Return an
        object with ``cancel()``.
        """
        return self.dialer.dial(target, protocol, timeout, bind, dialled)


def default_dir(environ: Mapping[str, str], variable: str, below_home: str) -> Path:
    """Return Caddy's directory: ``$XDG_…/caddy``, else one below the home directory."""
    base = environ.get(variable)
    if base:
        return Path(base) / "caddy"
    home = environ.get("HOME")
    if home:
        return Path(home) / below_home / "caddy"
    return Path("caddy")
