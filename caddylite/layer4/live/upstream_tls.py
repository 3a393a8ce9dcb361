"""TLS to the upstreams of ``proxy``."""

from functools import partial
from typing import Any

from caddylite import placeholders
from caddylite.http.live.proxy import tls
from caddylite.http.reverse_proxy.tls import TLSConfig
from caddylite.layer4.live.flow import Flow, Target
from caddylite.tls.live.client import TLSClient


class UpstreamTLS:
    """Wraps connections to one upstream in TLS.

    The name asked for and verified is ``server_name``, with placeholders, or else the host that
    is dialled. What the client negotiated by ALPN is offered to the upstream, too.
    """

    def __init__(self, config: TLSConfig, house: Any) -> None:
        self._tls = tls.UpstreamTLS(config, house)
        self._name = placeholders.Template(config.server_name)

    def wrap(self, protocol: Any, flow: Flow, target: Target) -> TLSClient:
        """Return the outer protocol; ``protocol`` is connected after the handshake."""
        state: Any = flow.cx.tls
        return self._tls.wrap(
            lambda _: protocol,
            partial(_failed, protocol),
            self._name.expand(flow.cx.lookup) or _host_of(target),
            (state.alpn,) if state is not None and state.alpn else (),
        )


def _failed(protocol: Any, why: str) -> None:
    protocol.connectionFailed(why)


def _host_of(target: Target) -> str:
    """Return the host as the config names it."""
    peer: Any = getattr(target, "peer", target)
    network = peer.network
    if network is not None:
        return str(network.host).strip("[]")
    return str(target.address[0]) if isinstance(target.address, tuple) else ""
