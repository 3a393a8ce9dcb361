"""Clients that speak first, in clear text: ssh, postgres, rdp, socks4, socks5, xmpp, winbox."""

from ipaddress import IPv4Address

from caddylite.errors import ConfigError
from caddylite.testing.clients.base import Client
from caddylite.testing.clients.hello import client_hello, protocols

_SSL_REQUEST = bytes.fromhex("0000000804d2162f")


def ssh(version: str = "SSH-2.0-OpenSSH_9.2p1") -> Client:
    """Return an SSH client: its identification string (RFC 4253 4.2)."""
    return Client(version.encode() + b"\r\n", label="SSH")


def postgres(
    user: str = "postgres",
    database: str = "",
    *,
    client: str = "psql",
    tls: str = "",
    sni: str = "",
    alpn: str = "postgresql",
) -> Client:
    """Return a PostgreSQL client (docs: protocol-flow, 55.2).

    ``tls`` is empty (a StartupMessage in clear), ``request`` (an SSLRequest, then TLS once the
    server agrees) or ``direct`` (a ClientHello at once). ``alpn`` is what it offers in TLS;
    clients before PostgreSQL 17 offer nothing.
    """
    said = {"user": user, "database": database, "application_name": client}
    words = b"".join(f"{k}\0{v}\0".encode() for k, v in said.items() if v) + b"\0"
    startup = (8 + len(words)).to_bytes(4, "big") + b"\0\x03\0\0" + words
    offered = protocols(alpn)
    hello = client_hello(sni, offered)
    label = f"PostgreSQL, user {user}"
    if tls == "request":
        asked = f"{label}, SSLRequest{'' if offered else ', no ALPN'}"
        return Client(_SSL_REQUEST, hello, sni, offered, later=(startup,), label=asked)
    if tls == "direct":
        return Client(hello, startup, sni, offered, label=f"{label}, direct TLS")
    if tls:
        raise ConfigError(f"no such way to TLS: {tls}", hint="tls is request or direct")
    return Client(startup, label=label)


def rdp(cookie: str = "", *, token: str = "", protocols: int = 3) -> Client:
    """Return an RDP client: an X.224 connection request (MS-RDPBCGR 2.2.1.1).

    ``cookie`` is the user's name behind ``mstshash=``, ``token`` other routing text;
    ``protocols`` are the requested ones (1 TLS, 3 CredSSP too).
    """
    text = f"Cookie: mstshash={cookie}\r\n" if cookie else f"{token}\r\n" if token else ""
    negotiation = b"\x01\0\x08\0" + protocols.to_bytes(4, "little")
    rest = b"\xe0\0\0\0\0\0" + text.encode() + negotiation
    request = bytes((len(rest),)) + rest
    data = b"\x03\0" + (4 + len(request)).to_bytes(2, "big") + request
    return Client(data, label=f"RDP{f', user {cookie}' if cookie else ''}")


def socks4(to: str = "192.0.2.9:80", *, user: str = "", command: int = 1) -> Client:
    """Return a SOCKS4 client, or a SOCKS4a one if ``to`` is a name."""
    host, _, port = to.rpartition(":")
    head = bytes((4, command)) + _port(port)
    try:
        target, name = IPv4Address(host).packed, b""
    except ValueError:
        target, name = b"\0\0\0\x01", host.encode() + b"\0"
    return Client(head + target + user.encode() + b"\0" + name, label=f"SOCKS4 to {to}")


def socks5(*, methods: str = "0", user: str = "", password: str = "") -> Client:
    """Return a SOCKS5 client's greeting (RFC 1928 3); with ``user`` it offers a password too."""
    numbers = [int(m) for m in methods.split(",") if m]
    if user and 2 not in numbers:
        numbers.append(2)
    login = b""
    if user:
        login = b"\x01" + _sized(user) + _sized(password)
    return Client(bytes((5, len(numbers), *numbers)), login, label="SOCKS5")


def xmpp(to: str = "example.com", *, declaration: bool = True) -> Client:
    """Return an XMPP client's stream header (RFC 6120 4)."""
    data = "<?xml version='1.0'?>" if declaration else ""
    data += f"<stream:stream to='{to}' xmlns='jabber:client' "
    data += "xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>"
    return Client(data.encode(), label=f"XMPP to {to}")


def winbox(user: str = "admin", *, romon: bool = False) -> Client:
    """Return a Winbox client of MikroTik: its first message, with a made-up key.

    ``romon``: it asks for a router behind this one.
    """
    body = user.encode() + b"+r" * romon + b"\0" + bytes(range(1, 33)) + b"\1"
    chunks = [body[at : at + 255] for at in range(0, len(body), 255)]
    kinds = b"\x06" + b"\xff" * (len(chunks) - 1)
    data = b"".join(bytes((len(c), kind)) + c for c, kind in zip(chunks, kinds, strict=True))
    return Client(data, label=f"Winbox, user {user}{' over RoMON' * romon}")


def _sized(text: str) -> bytes:
    return bytes((len(text.encode()),)) + text.encode()


def _port(text: str) -> bytes:
    try:
        return int(text).to_bytes(2, "big")
    except (ValueError, OverflowError):
        raise ConfigError(f"{text!r} is not a port", hint="write to=host:port") from None
