"""What is particular about the way to one upstream: source addresses, TLS."""

import socket
from collections.abc import Callable
from typing import Any

from caddylite import placeholders
from caddylite.errors import ConfigError
from caddylite.layer4.live.flow import NOBODY, Flow, Target
from caddylite.layer4.live.peers import Peer, Spot
from caddylite.layer4.live.upstreams import Upstream
from caddylite.netaddr import split_host_port


class Via:
    """A Forwarder for one upstream that needs more than a plain connection."""

    def __init__(self, proxy: Any, upstream: Upstream) -> None:
        self._proxy, self._upstream = proxy, upstream
        self.connect_timeout: float = proxy.connect_timeout
        self.joined: Callable[[Flow, Any], None] | None = proxy.joined
        self.bind: Callable[[Any, Flow], None] | None = None
        self.wrap: Callable[[Any, Flow, Target], Any] | None = None
        ir, house = upstream.ir, proxy.house
        if ir.local_address:
            self._locals = _local_templates(upstream, house)
            self.bind = self._bind
        if ir.tls is not None:
            from caddylite.layer4.live.upstream_tls import UpstreamTLS

            try:
                self.wrap = UpstreamTLS(ir.tls, house).wrap
            except ConfigError as e:
                raise e.wrap("making TLS client config: ") from None

    def failed(self, flow: Flow, target: Target, why: str) -> None:
        """Pass it on."""
        self._proxy.failed(flow, target, why)

    def _bind(self, sock: Any, flow: Flow | None) -> None:
        """Bind to the first address of the socket's family that can be had.

        A health check has no flow: it knows no placeholders of a connection.
        """
        problem: OSError | None = None
        lookup = NOBODY.lookup if flow is None else flow.cx.lookup
        for template in self._locals:
            found = _address(template.expand(lookup).strip())
            if found is None or found[0] != sock.family:
                continue
            try:
                if not found[1][1] and hasattr(socket, "IP_BIND_ADDRESS_NO_PORT"):
                    # Choose the port on connecting: many connections may share one then.
                    sock.setsockopt(socket.IPPROTO_IP, socket.IP_BIND_ADDRESS_NO_PORT, 1)
                sock.bind(found[1])
            except OSError as e:
                problem = e
            else:
                return
        if problem is not None:
            raise problem


class Hop:
    """A Forwarder for one connection to a server of our own, which learns where it comes from."""

    def __init__(self, forwarder: Any, house: Any, path: tuple[str, ...]) -> None:
        self._forwarder, self._ourselves, self._path = forwarder, house.ourselves, path
        self._name: Any = None
        self.connect_timeout: float = forwarder.connect_timeout
        self.joined: Callable[[Flow, Any], None] | None = forwarder.joined
        self.wrap: Callable[[Any, Flow, Target], Any] | None = forwarder.wrap
        self.bind: Callable[[Any, Flow], None] | None = forwarder.bind

    def dialled(self, sock: Any) -> None:
        """Tell who will accept it."""
        self._name = self._ourselves.announce(sock, self._path)

    def failed(self, flow: Flow, target: Target, why: str) -> None:
        """It will not arrive; pass it on."""
        self._ourselves.coming.pop(self._name, None)
        self._forwarder.failed(flow, target, why)


def via(proxy: Any, upstream: Upstream) -> Any:
    """Return who forwards to an upstream: the proxy itself, where nothing is particular."""
    if upstream.ir.local_address or upstream.ir.tls is not None:
        return Via(proxy, upstream)
    return proxy


def _local_templates(upstream: Upstream, house: Any) -> list[placeholders.Template]:
    """Read ``local_address``; ConfigError where it can never be used."""
    for peer in upstream.peers:
        if peer.network is not None and peer.network.is_unix:
            raise ConfigError(
                "local_address is not supported for Unix socket upstreams "
                f"({peer.network.network})"
            )
    texts = [placeholders.replace_known(t, house.globals) for t in upstream.ir.local_address]
    preference = upstream.ir.resolver_preference
    if preference.endswith("_only"):
        family = socket.AF_INET if preference.startswith("ipv4") else socket.AF_INET6
        known = [_address(t.strip()) for t in texts if "{" not in t]
        if all("{" not in t for t in texts) and all(k is None or k[0] != family for k in known):
            word = "IPv4" if family == socket.AF_INET else "IPv6"
            raise ConfigError(
                f'resolver_preference "{preference}" requires at least one {word} local_address, '
                "but all configured sources are the wrong family"
            )
    return [placeholders.Template(t) for t in texts]


def _address(text: str) -> tuple[int, tuple[str, int]] | None:
    """Read ``address`` or ``address:port``; None if it is neither."""
    host, port = text, "0"
    try:
        host, port = split_host_port(text)
    except ValueError:
        host = text.strip("[]")
    number = int(port) if port.isdigit() and int(port) < 65536 else 0
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, host)
        except OSError:
            continue
        return family, (host, number)
    return None


def peer_of(target: Target) -> Peer:
    """Return the peer a target belongs to (a literal peer is its own)."""
    found: Any = target.peer if isinstance(target, Spot) else target
    peer: Peer = found
    return peer
