"""Datagram sockets from Caddy's network addresses."""

import os
import socket
import struct
import sys
from _socket import socket as Socket
from contextlib import suppress
from typing import Any, Final

from caddylite.errors import ConfigError
from caddylite.netaddr import NetworkAddress, split_permissions
from caddylite.runtime.binding import bind_address

#: The networks whose listeners take datagrams.
UDP: Final = ("udp", "udp4", "udp6")
NETWORKS: Final = (*UDP, "unixgram", "fdgram")
#: What a datagram socket of ours is made with.
DATAGRAM: Final = (
    socket.SOCK_DGRAM | getattr(socket, "SOCK_NONBLOCK", 0) | getattr(socket, "SOCK_CLOEXEC", 0)
)
#: The longest datagram that is read whole (UDP knows none that is longer).
LONGEST: Final = 65536
#: Bytes of datagrams that the kernel may keep for us, as far as it lets us ask for that.
_BUFFER: Final = 4 << 20
_UNIX: Final = getattr(socket, "AF_UNIX", -1)

#: Linux's number; Python's socket module names it from 3.14 on.
IP_PKTINFO: Final = 8
#: Where the receiver of a datagram can be asked for.
HAS_PKTINFO: Final = sys.platform == "linux"
_PKTINFO4: Final = struct.Struct("=I4s4s")
_PKTINFO6: Final = struct.Struct("=16sI")

#: A control message: level, type, value.
Ancillary = tuple[int, int, bytes]


def is_datagram(address: NetworkAddress) -> bool:
    """Do datagrams come to this address, and not streams?"""
    return address.network in NETWORKS


def bind(address: NetworkAddress, beside: bool = False) -> Socket:
    """Bind one datagram address (no range). OSError or ConfigError says why it cannot be.

    ``beside``: another listener of this config has the same port on another address.
    """
    if address.network == "unixgram":
        sock = _bind_unix(address)
    elif address.network == "fdgram":
        sock = _inherit(address)
    else:
        sock = bind_address(address, socket.SOCK_DGRAM, _bound, beside)
    with suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER)
    return sock


def _bound(family: int, name: Any, only6: bool = False, beside: bool = False) -> Socket:
    sock = Socket(family, DATAGRAM, 0)
    try:
        if beside:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(only6))
        sock.bind(name)
    except OSError:
        sock.close()
        raise
    return sock


def _bind_unix(address: NetworkAddress) -> Socket:
    from caddylite.runtime.listeners import remove_stale

    path, mode = split_permissions(address.host)
    abstract = path.startswith("@")
    if not abstract:
        remove_stale(path, socket.SOCK_DGRAM)
    sock = Socket(_UNIX, DATAGRAM, 0)
    try:
        sock.bind("\0" + path[1:] if abstract else path)
        if not abstract:
            os.chmod(path, mode)
    except OSError:
        sock.close()
        raise
    return sock


def _inherit(address: NetworkAddress) -> Socket:
    """Take a bound socket that was passed in (``fdgram/3``)."""
    if not address.host.isdigit():
        raise ConfigError(f"invalid file descriptor: {address.host}")
    number = os.dup(int(address.host))
    os.set_inheritable(number, False)
    sock = Socket(-1, -1, -1, number)
    if sock.type & socket.SOCK_DGRAM != socket.SOCK_DGRAM:
        sock.close()
        raise ConfigError(f"file descriptor {address.host} is not a datagram socket")
    sock.setblocking(False)
    return sock


def is_wildcard(sock: Socket) -> bool:
    """Does the socket take datagrams for any of our addresses?"""
    return sock.family != _UNIX and sock.getsockname()[0] in ("0.0.0.0", "::")


def ask_for_receiver(sock: Socket) -> None:
    """Have the kernel tell to which of our addresses each datagram was sent."""
    if sock.family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
    else:
        sock.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)


def receiver(ancillary: list[Ancillary]) -> tuple[str, list[Ancillary]]:
    """Return our address that a datagram was sent to, and what makes the answer come from it."""
    for level, kind, value in ancillary:
        if level == socket.IPPROTO_IP and kind == IP_PKTINFO:
            _, local, _ = _PKTINFO4.unpack_from(value)
            answer = _PKTINFO4.pack(0, local, b"\0\0\0\0")
            return socket.inet_ntop(socket.AF_INET, local), [(level, kind, answer)]
        if level == socket.IPPROTO_IPV6 and kind == socket.IPV6_PKTINFO:
            local, index = _PKTINFO6.unpack_from(value)
            # A link-local address means nothing without its interface.
            answer = _PKTINFO6.pack(local, index if local[:2] == b"\xfe\x80" else 0)
            if local.startswith(b"\0" * 10 + b"\xff\xff"):
                return socket.inet_ntop(socket.AF_INET, local[12:]), [(level, kind, answer)]
            return socket.inet_ntop(socket.AF_INET6, local), [(level, kind, answer)]
    return "", []
