"""What a made-up client is."""

from dataclasses import dataclass, field, replace
from importlib import resources
from typing import Self

from caddylite.errors import ConfigError

_HANDSHAKE = 22


@dataclass(frozen=True, slots=True)
class Client:
    """What a client sends.

    ``data`` are its first bytes (of a datagram client all its ``datagrams``, joined); ``inner`` is
    what it says after the next answer it waits for (once the outermost TLS is taken off; empty: it
    says nothing), ``later`` what it says after further ones. ``remote`` is where it comes from,
    ``local`` the address it dialled (None: the listener's), ``time`` when, in seconds since the
    epoch. ``patience`` is how many seconds it is watched after its last byte.
    """

    data: bytes = b""
    inner: bytes = b""
    server_name: str = ""
    alpn: tuple[str, ...] = ()
    remote: tuple[str, int] = ("192.0.2.1", 50000)
    network: str = "tcp"
    label: str = field(default="", compare=False)
    datagrams: tuple[bytes, ...] = ()
    later: tuple[bytes, ...] = ()
    local: tuple[str, int] | None = None
    patience: float = 1.0
    time: float = 0.0

    def coming_from(self, address: str) -> Self:
        """Return the same client at another address, ``IP[:port]``."""
        return replace(self, remote=parse_address(address))

    def named(self, label: str) -> Self:
        """Return the same client with another label."""
        return replace(self, label=label)


def datagram_client(label: str, *datagrams: bytes) -> Client:
    """Return a UDP client that sends these datagrams."""
    return Client(b"".join(datagrams), network="udp", datagrams=datagrams, label=label)


def records(data: bytes) -> list[int]:
    """Return where TLS records end in the bytes, as long as they are handshake records."""
    ends, at = [], 0
    while at + 5 <= len(data) and data[at] == _HANDSHAKE:
        at += 5 + int.from_bytes(data[at + 3 : at + 5], "big")
        if at < len(data):
            ends.append(at)
    return ends


def recording(name: str) -> tuple[bytes, ...]:
    """Return the packets of a recording (``caddylite/testing/recordings``), one a line."""
    text = resources.files("caddylite.testing").joinpath(f"recordings/{name}.hex").read_text()
    return tuple(bytes.fromhex(line) for line in text.split())


def parse_time(text: str) -> float:
    """Read ``15:04:05``, or a date and time as in RFC 3339, of UTC unless an offset is said.

    Return seconds since the epoch (of a time alone: on the epoch's day); ConfigError if it is
    neither.
    """
    from datetime import UTC, datetime

    try:
        found = datetime.fromisoformat(
            text if "T" in text or " " in text else f"1970-01-01T{text}"
        )
    except ValueError:
        raise ConfigError(
            f"{text!r} is not a time", hint="write 15:04:05 or 2026-11-23T15:04:05+01:00"
        ) from None
    return (found if found.tzinfo is not None else found.replace(tzinfo=UTC)).timestamp()


def parse_address(text: str) -> tuple[str, int]:
    """Read ``IP``, ``IP:port`` or ``[IPv6]:port``; ConfigError if it is neither."""
    from ipaddress import ip_address

    host, colon, port = text.rpartition(":")
    if not colon or (":" in host and not host.startswith("[")):
        host, port = text, "50000"
    try:
        if not 0 <= int(port) <= 65535:
            raise ValueError(port)
        return str(ip_address(host.strip("[]"))), int(port)
    except ValueError:
        raise ConfigError(
            f"{text!r} is not an address",
            hint="write 192.0.2.7, 192.0.2.7:5000 or [2001:db8::7]:5000",
        ) from None
