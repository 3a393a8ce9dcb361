"""A config as the rules look at it: route lists in their places, and what is known there."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from caddylite.errors import ConfigError, Span
from caddylite.layer4.config import Route
from caddylite.netaddr import NetworkAddress
from caddylite.sources import Sources

if TYPE_CHECKING:
    from caddylite.caddy.config import Config
    from caddylite.caddyfile.parser import Block

#: Matchers that need no byte of the client.
NO_BYTES: Final = {"remote_ip", "local_ip", "remote_ip_list", "clock", "vars", "vars_regexp"}
#: Handlers that keep the connection.
ENDS: Final = {"proxy", "echo", "close", "socks5"}
#: Beginnings of the hosts that are this machine.
LOCAL: Final = ("127.", "::1", "localhost")


@dataclass(slots=True, eq=False)
class Routes:
    """A list of routes, and what is known of the connections that come to it.

    ``kind`` is ``server``, ``wrapper`` or ``subroute``; ``owner`` the server, wrapper or handler
    that holds the list; ``above`` the place of a subroute. ``clear``: TLS has been taken off;
    ``header``: a PROXY header has been taken off; ``goes_on``: what falls through is not closed;
    ``ended``: the ``tls`` handlers that may have run before.
    """

    kind: str
    where: str
    owner: Any
    routes: tuple[Route, ...]
    listen: tuple[NetworkAddress, ...]
    clear: bool = False
    header: bool = False
    goes_on: bool = False
    above: "Place | None" = None
    http_server: str = ""
    ended: tuple[Any, ...] = ()

    @property
    def datagrams(self) -> bool:
        """Do only datagrams come here?"""
        return bool(self.listen) and all(a.network.startswith("udp") for a in self.listen)

    @property
    def streams(self) -> bool:
        """Do only streams come here?"""
        return not any(a.network.startswith(("udp", "unixgram")) for a in self.listen)

    @property
    def ports(self) -> set[int]:
        """The ports listened on (the first 16 of a range)."""
        return {
            p
            for a in self.listen
            for p in range(a.start_port, min(a.end_port, a.start_port + 15) + 1)
        }


@dataclass(slots=True, eq=False)
class Place:
    """A handler in its place: the route, its number, the handler's position, and what is known."""

    routes: Routes
    index: int
    position: int
    handler: Any
    clear: bool
    header: bool
    ended: tuple[Any, ...] = ()

    @property
    def route(self) -> Route:
        """The route it belongs to."""
        return self.routes.routes[self.index]

    @property
    def chain(self) -> list["Place"]:
        """This place and those above it, innermost first."""
        return [self, *(self.routes.above.chain if self.routes.above else ())]


@dataclass(slots=True, eq=False)
class Asked:
    """A matcher in its place; ``negated`` behind an odd number of ``not``."""

    routes: Routes
    index: int
    set: dict[str, Any]
    matcher: Any
    negated: bool
    clear: bool

    @property
    def name(self) -> str:
        """The matcher's name."""
        return str(self.matcher.name)

    @property
    def route(self) -> Route:
        """The route it belongs to."""
        return self.routes.routes[self.index]


@dataclass
class View:
    """One config under the lens. ``error`` says why there is none (then ``config`` is None)."""

    text: str
    file: str
    is_caddyfile: bool
    config: "Config | None" = None
    error: ConfigError | None = None
    places: Sources = field(default_factory=Sources)
    blocks: "list[Block]" = field(default_factory=list)
    orphans: list[tuple[tuple[NetworkAddress, ...], tuple[Any, ...]]] = field(default_factory=list)
    lists: list[Routes] = field(default_factory=list)
    handlers: list[Place] = field(default_factory=list)
    matchers: list[Asked] = field(default_factory=list)

    def at(self, value: Any) -> Span | None:
        """Return where something stands in the text."""
        return value if isinstance(value, Span) else self.places.at(value)

    @property
    def layer4_servers(self) -> dict[str, Any]:
        """The servers of the layer-4 app."""
        return getattr(self._app("layer4"), "servers", {})

    @property
    def http_servers(self) -> dict[str, Any]:
        """The servers of the HTTP app."""
        return getattr(self._app("http"), "servers", {})

    @property
    def tls_app(self) -> Any:
        """The TLS app, or None."""
        return self._app("tls")

    def _app(self, name: str) -> Any:
        return self.config.apps.get(name) if self.config is not None else None

    @property
    def https_port(self) -> int:
        """The port of HTTPS."""
        return getattr(self._app("http"), "https_port", 0) or 443

    @property
    def http_port(self) -> int:
        """The port of HTTP."""
        return getattr(self._app("http"), "http_port", 0) or 80

    @cached_property
    def lines(self) -> list[str]:
        """The text, line by line."""
        return self.text.split("\n")

    def proxies(self) -> Iterator[Place]:
        """Yield every ``proxy`` handler."""
        return (p for p in self.handlers if p.handler.name == "proxy")

    def dials(self) -> Iterator[tuple[Place, Any, str, NetworkAddress | None]]:
        """Yield (proxy, upstream, address as written, address or None) of every dial address."""
        for place in self.proxies():
            for upstream in place.handler.upstreams:
                for text in upstream.dial:
                    yield place, upstream, text, address(text)


def is_local(host: str) -> bool:
    """Is it this machine, whatever its network?"""
    return host.startswith(LOCAL)


def address(text: str) -> NetworkAddress | None:
    """Read an address; None for one that cannot be read (placeholders, nonsense)."""
    try:
        return NetworkAddress.parse(text)
    except ValueError:
        return None


def addresses(listen: tuple[str, ...]) -> tuple[NetworkAddress, ...]:
    """Read those addresses that can be read."""
    return tuple(a for a in map(address, listen) if a is not None)
