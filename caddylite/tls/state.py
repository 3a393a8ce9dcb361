"""What is known of a TLS connection once its handshake is over: plain data."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TLSState:
    """What a handshake settled.

    ``version`` is Caddy's name (``tls1.3``), ``cipher`` Go's (``TLS_AES_128_GCM_SHA256``),
    ``alpn`` the protocol agreed on (``""`` if none), ``client_certificate`` the client's, in DER.
    """

    server_name: str = ""
    alpn: str = ""
    version: str = ""
    cipher: str = ""
    resumed: bool = False
    client_certificate: bytes | None = None  # DER
