"""TLS to the upstreams of ``proxy``."""

from functools import partial
from typing import Any, Final

from caddylite import placeholders
from caddylite.http.live.proxy.tls import make_context
from caddylite.http.reverse_proxy.tls import TLSConfig
from caddylite.layer4.live.flow import Flow, Target
from caddylite.tls.live.client import TLSClient, sni_of, verify_name
from caddylite.tls.live.contexts import PARTIAL_WRITE
from caddylite.tls.live.termination import Terminator

#: Seconds for a handshake when the config does not say (Caddy's default for upstreams).
_HANDSHAKE: Final = 10.0


class UpstreamTLS:
    """Wraps connections to one upstream in TLS.

    The name asked for and verified is ``server_name``, with placeholders, or else the host that
    is dialled. What the client negotiated by ALPN is offered to the upstream, too.
    """

    def __init__(self, config: TLSConfig, house: Any) -> None:
        self._context = make_context(config, alpn=(), check_names=False)
        self._context.clear_mode(PARTIAL_WRITE)
        self._insecure = config.insecure_skip_verify
        self._name = placeholders.Template(config.server_name)
        seconds = config.handshake_timeout.seconds
        limits: Any = None
        self._limits = Terminator(
            limits, house, handshake_seconds=seconds if seconds > 0 else _HANDSHAKE
        )

    def wrap(self, protocol: Any, flow: Flow, target: Target) -> TLSClient:
        """Return the outer protocol; ``protocol`` is connected after the handshake."""
        name = self._name.expand(flow.cx.lookup) or _host_of(target)
        state: Any = flow.cx.tls
        return TLSClient(
            self._limits,
            self._context,
            protocol,
            partial(_failed, protocol),
            name=sni_of(name),
            alpn=(state.alpn,) if state is not None and state.alpn else (),
            verify=None if self._insecure else verify_name(name),
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
