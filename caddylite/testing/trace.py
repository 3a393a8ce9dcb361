"""What would become of a client: the whole path, decided by the same engine that serves traffic.

Nothing live is touched: no socket, no name is looked up, no certificate is needed.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from caddylite.caddy.config import Config
from caddylite.errors import ConfigError
from caddylite.layer4.routing import RouteReport
from caddylite.netaddr import NetworkAddress
from caddylite.testing.clients.base import Client
from caddylite.testing.look import Look

#: Handlers that keep the connection.
TERMINAL: Final = {"proxy", "echo", "close", "socks5"}


@dataclass(slots=True)
class Step:
    """One thing that happens: a route list is asked, a handler runs, a wrapper passes it on.

    ``kind`` is ``routes``, ``handler``, ``wrapper``, ``site`` or ``outcome``; ``where`` the place
    in the config, ``taken`` the number of the route taken (of a list), ``line`` where the handler
    or wrapper stands in the config, ``time`` the seconds since the connection was made. What the
    routes of a list said is worked out when it is asked for.
    """

    kind: str
    where: str
    text: str = ""
    taken: int | None = None
    line: str = ""
    time: float = 0.0
    look: Look | None = None

    @property
    def routes(self) -> list[RouteReport]:
        """What became of each route; empty if no list was asked."""
        return [] if self.look is None else self.look.reports

    @property
    def lines(self) -> dict[int, str]:
        """Where the routes stand in the config, by their numbers."""
        look = self.look
        return {} if look is None else {i: look.line(i) for i in look.numbers}


@dataclass(slots=True)
class Trace:
    """The path of one client, and where it ends.

    ``outcome`` is ``proxy``, ``echo``, ``close``, ``socks5``, ``http``, ``closed`` (nobody wanted
    it, or it broke a rule), ``pending`` (more bytes are awaited) or ``tls`` (no handshake is
    possible). ``place`` is the handler reached, as ``server/route.position:handler``, ``site`` the
    host of the HTTP site that answers. ``upstreams`` are the addresses that may be dialled;
    ``choice`` says how one is chosen. The upstream gets ``preface`` (a PROXY header) and then
    ``passed`` (what the client has said so far), from ``seen_from`` as far as it can tell.
    ``line`` is where the handler reached stands in the config.
    """

    client: Client
    listener: str
    steps: list[Step] = field(default_factory=list)
    outcome: str = ""
    place: str = ""
    upstreams: tuple[str, ...] = ()
    why: str = ""
    site: str = ""
    choice: str = ""
    preface: bytes = b""
    passed: bytes = b""
    seen_from: str = ""
    line: str = ""
    time: float = 0.0
    #: TLS ends on the way, with no certificate for the name.
    uncertified: bool = False
    #: How many of the client's flights were begun (outside TLS, inside it, …).
    flights: int = 1

    def end(self, outcome: str, place: str = "", why: str = "") -> bool:
        """Say how it ends; True, as what keeps a connection returns."""
        self.outcome, self.place, self.why = outcome, place, why
        self.steps.append(Step("outcome", place, why or outcome, time=self.time))
        return True

    @property
    def upstream(self) -> str:
        """The upstream's address; the first if several are possible, empty if there is none."""
        return self.upstreams[0] if self.upstreams else ""

    @property
    def handler(self) -> str:
        """The name of the handler reached."""
        return self.place.rpartition(":")[2] if ":" in self.place else ""

    @property
    def route(self) -> str:
        """The place of the route taken last, as ``server/route``; of HTTP its last route."""
        return (
            self.place.rpartition(":")[0].rpartition(".")[0] if ":" in self.place else self.place
        )

    @property
    def line_number(self) -> str:
        """The number in ``line``, without the file and the column."""
        found = re.search(r":(\d+)(:\d+)?$", self.line)
        return found[1] if found else ""

    @property
    def key(self) -> tuple[Any, ...]:
        """What must not depend on how the bytes were cut."""
        return self.outcome, self.place, self.upstreams, self.site, self.preface

    def __str__(self) -> str:
        from caddylite.testing.render import to_text

        return to_text(self)


@dataclass(frozen=True, slots=True)
class Listener:
    """An address that a config listens on, and the server behind it."""

    app: str
    server: str
    address: str
    config: Any

    @property
    def ports(self) -> NetworkAddress:
        """The address, parsed."""
        return _parsed(self.address)


@lru_cache(maxsize=64)  # asked for at every cut
def _parsed(address: str) -> NetworkAddress:
    try:
        return NetworkAddress.parse(address)
    except ValueError as e:
        raise ConfigError(str(e)).as_is() from None


def listeners(config: Config) -> list[Listener]:
    """Return every address that a config listens on."""
    out = []
    for app in ("layer4", "http"):
        for name, server in sorted(getattr(config.apps.get(app), "servers", {}).items()):
            out += [Listener(app, name, a, server) for a in server.listen]
    return out


def choose(known: list[Listener], wanted: str, network: str = "tcp") -> Listener:
    """Return the listener that an address names; ConfigError if none or several could be meant.

    ``network`` is the client's; layer4 servers go before HTTP ones.
    """
    fitting = [k for k in known if is_datagrams(k.ports.network) == (network == "udp")]
    if wanted:
        try:
            asked = NetworkAddress.parse(wanted, network)
        except ValueError as e:
            raise ConfigError(f"{wanted!r} is not an address: {e}") from None
        exact = [k for k in known if wanted == k.address] or _named(known, wanted)
        overlapping = [k for k in known if _overlap(k.ports, asked)]
        found = [k for k in exact if k in fitting] or overlapping or exact
    else:
        found = fitting or [k for k in known if k.app == "http"]
        if len({(k.app, k.server) for k in found}) == 1:
            found = found[:1]
        elif any(k.ports.start_port == 443 for k in found):
            found = [k for k in found if k.ports.start_port == 443]
    listed = ", ".join(k.address for k in known)
    if not known:
        raise ConfigError("the config listens on nothing")
    if len(found) == 1 or (found and wanted):
        return _speaking(found[0], network, listed)
    what = f"no listener at {wanted}" if wanted else "name a listener with --listen"
    if not found and not wanted:
        what = f"nothing listens for a client that speaks {network.upper()}"
    raise ConfigError(what, hint=f"the config listens on {listed}")


def _speaking(listener: Listener, network: str, listed: str) -> Listener:
    """Complain if a client of this network cannot reach a listener (one of HTTP may say no)."""
    datagrams = is_datagrams(listener.ports.network)
    if datagrams == (network == "udp") or (listener.app == "http" and not datagrams):
        return listener
    what = f"{listener.address} is no listener for a client that speaks {network.upper()}"
    raise ConfigError(what, hint=f"the config listens on {listed}")


def _named(known: list[Listener], server: str) -> list[Listener]:
    """Return the listeners of a server; ConfigError if two apps have one of that name."""
    found = [k for k in known if k.server == server]
    if len({k.app for k in found}) > 1:
        listed = ", ".join(k.address for k in found)
        raise ConfigError(
            f"both layer4 and http have a server {server}", hint=f"name an address: {listed}"
        )
    return found


def is_datagrams(network: str) -> bool:
    """Does a network carry datagrams?"""
    return network.startswith(("udp", "unixgram"))


def _overlap(one: NetworkAddress, other: NetworkAddress) -> bool:
    return (
        is_datagrams(one.network) == is_datagrams(other.network)
        and one.start_port <= other.end_port
        and other.start_port <= one.end_port
        and (one.host == other.host or not one.host or not other.host)
    )


def trace(config: Config, client: Client, listen: str = "") -> Trace:
    """Follow a client from a listener (the only one if not named) to where it ends."""
    from caddylite.testing.lab import Lab

    return Lab(config).connect(listen, client)
