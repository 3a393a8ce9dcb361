"""SOCKS version 5 (RFC 1928) with names and passwords (RFC 1929): messages read and written.

The ``read_…`` functions take the first bytes a client has sent and return the message (``size``
says where it ends), :class:`Incomplete`, or :class:`Malformed`.
"""

from dataclasses import dataclass
from typing import Final

VERSION: Final = 5
#: Methods of authentication.
NO_AUTHENTICATION, PASSWORD, NONE_ACCEPTABLE = 0x00, 0x02, 0xFF
CONNECT, BIND, ASSOCIATE = 1, 2, 3
#: What a reply says.
SUCCEEDED, FAILURE, NOT_ALLOWED, NETWORK_UNREACHABLE, HOST_UNREACHABLE = 0, 1, 2, 3, 4
REFUSED, COMMAND_NOT_SUPPORTED, ADDRESS_NOT_SUPPORTED = 5, 7, 8

_IPV4, _NAME, _IPV6 = 1, 3, 4
#: The version inside the messages of RFC 1929.
_PASSWORD_VERSION = 1


@dataclass(frozen=True, slots=True)
class Incomplete:
    """More bytes are needed."""


@dataclass(frozen=True, slots=True)
class Malformed:
    """The bytes break the rules; ``code`` is the reply for it (None: just close)."""

    why: str
    code: int | None = None


@dataclass(frozen=True, slots=True)
class Greeting:
    """The methods of authentication that the client can do."""

    methods: bytes
    size: int


@dataclass(frozen=True, slots=True)
class Credentials:
    """A name and a password (bytes: RFC 1929 knows no encoding)."""

    name: bytes
    password: bytes
    size: int


@dataclass(frozen=True, slots=True)
class Request:
    """What the client wants. ``host`` is an IP address or, with ``is_name``, a name."""

    command: int
    host: str
    port: int
    is_name: bool
    size: int


@dataclass(frozen=True, slots=True)
class Datagram:
    """A datagram to be sent on; ``header`` is what stood before ``data``."""

    host: str
    port: int
    is_name: bool
    header: bytes
    data: bytes


_MORE = Incomplete()


def read_greeting(data: bytes) -> Greeting | Incomplete | Malformed:
    """Read the client's first message."""
    if data and data[0] != VERSION:
        return Malformed(f"version {data[0]} of SOCKS")
    if len(data) < 2 or len(data) < 2 + data[1]:
        return _MORE
    size = 2 + data[1]
    return Greeting(data[2:size], size)


def read_credentials(data: bytes) -> Credentials | Incomplete | Malformed:
    """Read a name and a password."""
    if data and data[0] != _PASSWORD_VERSION:
        return Malformed(f"version {data[0]} of password authentication")
    if len(data) < 2 or len(data) < 3 + data[1]:
        return _MORE
    middle = 2 + data[1]
    size = middle + 1 + data[middle]
    if len(data) < size:
        return _MORE
    return Credentials(data[2:middle], data[middle + 1 : size], size)


def read_request(data: bytes) -> Request | Incomplete | Malformed:
    """Read what the client wants."""
    if data and data[0] != VERSION:
        return Malformed(f"version {data[0]} of SOCKS")
    if len(data) < 4:
        return _MORE
    found = _read_address(data, 3)
    if not isinstance(found, tuple):
        return found
    host, port, is_name, size = found
    return Request(data[1], host, port, is_name, size)


def read_datagram(data: bytes) -> Datagram | Malformed:
    """Read a datagram for the relay; fragments are refused, as RFC 1928 allows."""
    if len(data) < 4:
        return Malformed("too short")
    if data[2]:
        return Malformed("a fragment")
    found = _read_address(data, 3)
    if isinstance(found, Incomplete):
        return Malformed("too short")
    if isinstance(found, Malformed):
        return found
    host, port, is_name, size = found
    return Datagram(host, port, is_name, data[:size], data[size:])


def _read_address(data: bytes, at: int) -> tuple[str, int, bool, int] | Incomplete | Malformed:
    """Read type, address and port; return host, port, whether it is a name, and the end."""
    import socket

    kind, at = data[at], at + 1
    if kind == _NAME:
        if len(data) <= at:
            return _MORE
        at, length = at + 1, data[at]
    elif kind in (_IPV4, _IPV6):
        length = 4 if kind == _IPV4 else 16
    else:
        return Malformed(f"address type {kind}", ADDRESS_NOT_SUPPORTED)
    end = at + length
    if len(data) < end + 2:
        return _MORE
    raw, port = data[at:end], data[end] << 8 | data[end + 1]
    if kind != _NAME:
        family = socket.AF_INET if kind == _IPV4 else socket.AF_INET6
        return socket.inet_ntop(family, raw), port, False, end + 2
    name = raw.decode("ascii", "replace")
    # Some clients write addresses as names.
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            return (
                socket.inet_ntop(family, socket.inet_pton(family, name)),
                port,
                False,
                end + 2,
            )
        except (OSError, ValueError):
            continue
    if not name or "\ufffd" in name or "\0" in name:
        return Malformed("a name that cannot be", HOST_UNREACHABLE)
    return name, port, True, end + 2


def method(chosen: int) -> bytes:
    """Return the answer to a greeting."""
    return bytes((VERSION, chosen))


def verdict(right: bool) -> bytes:
    """Return the answer to a name and a password."""
    return bytes((_PASSWORD_VERSION, 0 if right else 1))


def reply(code: int, address: tuple[str, int] | str = ("0.0.0.0", 0)) -> bytes:
    """Return the answer to a request; with success it tells the address at our side."""
    return bytes((VERSION, code, 0)) + _packed(address)


def _packed(address: tuple[str, int] | str) -> bytes:
    import socket

    host, port = ("0.0.0.0", 0) if isinstance(address, str) else (address[0], address[1])
    kind, family = (_IPV6, socket.AF_INET6) if ":" in host else (_IPV4, socket.AF_INET)
    raw = socket.inet_pton(family, host.partition("%")[0])
    return bytes((kind,)) + raw + port.to_bytes(2, "big")
