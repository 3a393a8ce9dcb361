"""The stream below a TLS connection: its addresses and options, and what the handshake settled."""

from typing import Any

from OpenSSL import SSL

from caddylite.tls.parameters import go_suite, go_version
from caddylite.tls.state import TLSState


class OverTransport:
    """The part of a transport that is the transport below."""

    transport: Any

    def getPeer(self) -> Any:
        """The other end's address."""
        return self.transport.getPeer()

    def getHost(self) -> Any:
        """Our end's address."""
        return self.transport.getHost()

    def getTcpNoDelay(self) -> bool:
        """Is Nagle's algorithm off?"""
        return bool(self.transport.getTcpNoDelay())

    def setTcpNoDelay(self, enabled: bool) -> None:
        """Turn Nagle's algorithm off or on, where there is any."""
        below = getattr(self.transport, "setTcpNoDelay", None)
        if below is not None:
            below(enabled)

    def getTcpKeepAlive(self) -> bool:
        """Are keep-alive probes sent?"""
        return bool(self.transport.getTcpKeepAlive())

    def setTcpKeepAlive(self, enabled: bool) -> None:
        """Turn keep-alive probes on or off, where there are any."""
        below = getattr(self.transport, "setTcpKeepAlive", None)
        if below is not None:
            below(enabled)


def plain_address(address: Any) -> tuple[str, int] | str:
    """Return a Twisted address as ``(host, port)``, or the path of a socket."""
    host = getattr(address, "host", None)
    if host is not None:
        return host, address.port
    name = getattr(address, "name", None) or b""
    return name.decode("utf-8", "surrogateescape") if isinstance(name, bytes) else str(name)


def state_of(conn: SSL.Connection, server_name: str) -> TLSState:
    """Ask OpenSSL what a handshake has settled."""
    certificate = conn.get_peer_certificate(as_cryptography=True)
    der = None
    if certificate is not None:
        from cryptography.hazmat.primitives.serialization import Encoding

        der = certificate.public_bytes(Encoding.DER)
    return TLSState(
        server_name=server_name,
        alpn=conn.get_alpn_proto_negotiated().decode("utf-8", "surrogateescape"),
        version=go_version(conn.get_protocol_version_name()),
        cipher=go_suite(conn.get_cipher_name() or ""),
        resumed=_resumed(conn),
        client_certificate=der,
    )


def _resumed(conn: SSL.Connection) -> bool:
    """Has a session been taken up again? The library knows; pyOpenSSL has no call for it."""
    ask = getattr(getattr(SSL, "_lib", None), "SSL_session_reused", None)
    return bool(ask(conn._ssl)) if ask is not None else False
