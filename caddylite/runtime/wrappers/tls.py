"""``tls`` as a listener wrapper: TLS ends here, and the plain stream goes on to the next."""

from collections.abc import Sequence
from typing import Any, Final

from caddylite.layer4.live.flow import Flow
from caddylite.layer4.live.layer import Outside
from caddylite.layer4.live.selector import Next
from caddylite.layer4.live.tls import within
from caddylite.layer4.live.transport_flow import TransportFlow
from caddylite.netaddr import join_host_port
from caddylite.tls.live.connection import TLSConnection
from caddylite.tls.live.policies import Policies
from caddylite.tls.live.termination import Terminator
from caddylite.tls.policy import ConnectionPolicy

_BEGINNINGS: Final = (b"GET /", b"HEAD ", b"POST ", b"PUT /", b"OPTIO")
_PLAIN_HTTP: Final = (
    b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n"
)


def terminate(
    policies: Sequence[ConnectionPolicy], tree: Any, nxt: Next, alpn: Sequence[str]
) -> Next:
    """Return the stage that ends TLS for the HTTP app, which speaks the protocols ``alpn``."""
    house = tree.house
    log = house.logger("http.stdlib")

    def failed(remote: Any, why: str) -> None:
        if log.enabled(10):
            log.debug(f"http: TLS handshake error from {text_of(remote)}: {why}")

    terminator = Terminator(
        Policies(policies, house.app("tls"), house, alpn),
        house,
        failed,
        not_tls=_answer_plain_http,
    )

    def stage(flow: Flow) -> None:
        def inner(connection: TLSConnection) -> TransportFlow:
            return TransportFlow(nxt, house, within(flow.cx, connection.tls_state), Outside(flow))

        flow.serve(TLSConnection(terminator, inner, flow.cx))

    return stage


def _answer_plain_http(first: bytes) -> bytes:
    """Answer as Go does when a client speaks plain HTTP to the port."""
    return _PLAIN_HTTP if first.startswith(_BEGINNINGS) else b""


def text_of(address: Any) -> str:
    """Return a Twisted address as Go prints it."""
    host = getattr(address, "host", None)
    if host is not None:
        return join_host_port(host, str(address.port))
    return "@"
