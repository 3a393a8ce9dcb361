"""Clients made up for a question: what they send, from where, and what they say inside TLS."""

import ssl
from dataclasses import dataclass, field

from caddylite.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Client:
    """What a client sends.

    ``data`` are its first bytes; ``inner`` what it says once the outermost TLS is taken off
    (empty: it says nothing). ``remote`` is where it comes from.
    """

    data: bytes = b""
    inner: bytes = b""
    server_name: str = ""
    alpn: tuple[str, ...] = ()
    remote: tuple[str, int] = ("192.0.2.1", 50000)
    network: str = "tcp"
    label: str = field(default="", compare=False)


def client_hello(server_name: str = "", alpn: tuple[str, ...] = ()) -> bytes:
    """Return the ClientHello of this machine's OpenSSL for a server name (none if empty)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if alpn:
        context.set_alpn_protocols(list(alpn))
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    try:
        tls = context.wrap_bio(incoming, outgoing, server_hostname=server_name or None)
        tls.do_handshake()
    except ssl.SSLWantReadError:
        return outgoing.read()
    except ValueError as e:
        raise ConfigError(f"{server_name!r} cannot be a server name: {e}") from None
    raise AssertionError("a handshake without a server cannot end")


def http_request(host: str, path: str = "/", method: str = "GET") -> bytes:
    """Return the head of an HTTP/1.1 request."""
    head = f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: caddylite-explain\r\n\r\n"
    return head.encode("utf-8", "surrogateescape")


def parse_address(text: str) -> tuple[str, int]:
    """Read ``IP``, ``IP:port`` or ``[IPv6]:port``; ConfigError if it is neither."""
    from ipaddress import ip_address

    host, colon, port = text.rpartition(":")
    if not colon or (":" in host and not host.startswith("[")):
        host, port = text, "50000"
    try:
        return str(ip_address(host.strip("[]"))), int(port)
    except ValueError:
        raise ConfigError(
            f"{text!r} is not an address",
            hint="write 192.0.2.7, 192.0.2.7:5000 or [2001:db8::7]:5000",
        ) from None
