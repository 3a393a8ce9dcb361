"""Who listens where: an address may have one owner over all apps, the implicit ones included.

When the layer-4 app and the HTTP app claim the same address, real Caddy starts without a complaint
(both sockets are bound with SO_REUSEPORT) and the kernel gives each about half of the connections.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from caddylite.adapt.addresses import parse_address
from caddylite.caddyfile.dispenser import Dispenser
from caddylite.errors import ConfigError, Span
from caddylite.netaddr import NetworkAddress

if TYPE_CHECKING:
    from caddylite.caddy.config import Config
    from caddylite.caddyfile.parser import Block

_EVERYWHERE = ("", "0.0.0.0", "::")
_ADVICE = """\
let the HTTP server own the port and put the layer-4 routes in front of it:
    {{
        servers {address} {{
            listener_wrappers {{
                layer4 {{
                    # the routes of the layer4 server
                }}
                tls
            }}
        }}
    }}"""


@dataclass(frozen=True, slots=True)
class Claim:
    """A server that listens on an address; ``why`` is said where the config does not name it."""

    app: str
    server: str
    address: NetworkAddress
    why: str = ""

    def __str__(self) -> str:
        implicit = f" ({self.why})" if self.why else ""
        return f"{self.app} server '{self.server}' on {self.address}{implicit}"


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two apps that claim one address, and where the file says so (None: not known)."""

    layer4: Claim
    http: Claim
    layer4_at: Span | None = None
    http_at: Span | None = None

    def __str__(self) -> str:
        def at(span: Span | None) -> str:
            return f" (at {span})" if span else ""

        return (
            f"{self.layer4}{at(self.layer4_at)} and {self.http}{at(self.http_at)} "
            "claim the same address; each would get about half of the connections"
        )

    def error(self) -> ConfigError:
        """Return it as a complaint, with the listener-wrapper form as the hint."""
        address = f":{self.http.address.port}"
        return ConfigError(
            str(self), self.layer4_at or self.http_at, _ADVICE.format(address=address)
        ).as_is()


def claims(config: "Config") -> Iterator[Claim]:
    """Yield who listens where."""
    layer4, http = config.apps.get("layer4"), config.apps.get("http")
    for app, name in ((layer4, "layer4"), (http, "http")):
        for server, settings in getattr(app, "servers", {}).items():
            for text in settings.listen:
                try:
                    address = NetworkAddress.parse(text)
                except ValueError:
                    continue  # who provisions the server complains of it
                yield Claim(name, server, address)
    if http is not None:
        yield from _redirects(config)


def _redirects(config: "Config") -> Iterator[Claim]:
    from caddylite.http.auto_https import redirect_listeners

    for server, address in redirect_listeners(config):
        yield Claim("http", server, NetworkAddress.parse(address), "HTTP to HTTPS redirects")


def conflicts(config: "Config", blocks: "list[Block] | None" = None) -> list[Conflict]:
    """Return every pair of a layer-4 and an HTTP server that claim the same address."""
    if not {"layer4", "http"} <= config.apps.keys():
        return []
    known = list(claims(config))
    ours = [c for c in known if c.app == "layer4"]
    theirs = [c for c in known if c.app == "http"]
    return [
        Conflict(a, b, _layer4_span(a, blocks or []), _http_span(b, config, blocks or []))
        for a in ours
        for b in theirs
        if same_address(a.address, b.address)
    ]


def same_address(one: NetworkAddress, other: NetworkAddress) -> bool:
    """Would both be asked for the same connections? (A specific address goes before ``:443``.)"""
    if one.is_unix or other.is_unix or one.is_fd or other.is_fd:
        return one == other
    if one.network.startswith("udp") != other.network.startswith("udp"):
        return False
    if one.end_port < other.start_port or other.end_port < one.start_port:
        return False
    return one.host == other.host or {one.host, other.host} <= set(_EVERYWHERE)


def _layer4_span(claim: Claim, blocks: "list[Block]") -> Span | None:
    for block in blocks:
        for segment in block.segments:
            if block.keys or segment[0].text != "layer4":
                continue
            d = Dispenser(segment)
            d.next()
            for _ in d.block():
                for token in d.segment():
                    if token.opens:
                        break
                    if _reads_as(token.text, claim.address):
                        return token.span
    return None


def _reads_as(text: str, address: NetworkAddress) -> bool:
    try:
        return NetworkAddress.parse(text) == address
    except ValueError:
        return False


def _http_span(claim: Claim, config: "Config", blocks: "list[Block]") -> Span | None:
    http = config.apps.get("http")
    ports = {
        "http": getattr(http, "http_port", 0) or 80,
        "https": getattr(http, "https_port", 0) or 443,
    }
    for block in blocks:
        if block.is_named_route:
            continue
        for key in block.keys:
            try:
                site = parse_address(key.text)
            except ConfigError:
                continue
            port = int(site.port or ports["http" if site.scheme == "http" else "https"])
            if claim.why or claim.address.start_port <= port <= claim.address.end_port:
                return key.span
    return None
