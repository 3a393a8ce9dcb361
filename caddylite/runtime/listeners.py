"""Listening sockets from Caddy's network addresses."""

import os
import socket
import stat
from _socket import socket as Socket
from collections.abc import Iterable
from contextlib import suppress
from errno import EACCES, EADDRINUSE
from typing import Final

from caddylite.errors import ConfigError
from caddylite.netaddr import NetworkAddress, split_permissions
from caddylite.runtime.binding import bind_address
from caddylite.runtime.udp import sockets

BACKLOG: Final = 4096
#: Seconds between keep-alive probes, as Go sends them. They are turned on (``sweep``) once a
#: connection has lived a while: the timer costs the kernel more than a short one is worth.
KEEPALIVE: Final = 15
_TCP: Final = ("tcp", "tcp4", "tcp6")


def listen(address: NetworkAddress, beside: bool = False) -> Socket:
    """Bind one address (no range) and listen; ConfigError says why it cannot be.

    ``beside``: another listener of this config has the same port on another address (``:443`` and
    ``127.0.0.1:443``; the kernel prefers the specific one).
    """
    try:
        if sockets.is_datagram(address):
            return sockets.bind(address, beside)
        if address.is_unix:
            return _listen_unix(address)
        if address.is_fd:
            return _inherit(address)
        if address.network not in _TCP:
            raise ConfigError(f"unsupported network type: {address.network}")
        return bind_address(address, socket.SOCK_STREAM, _bind, beside)
    except OSError as e:
        raise ConfigError(_complaint(address, e), hint=_hint(e)) from None


def _bind(
    family: int, name: tuple[object, ...], only6: bool = False, beside: bool = False
) -> Socket:
    sock = Socket(family, socket.SOCK_STREAM | _FLAGS, 0)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if beside:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(only6))
        # What is set here, accepted sockets inherit.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for option in ("TCP_KEEPIDLE", "TCP_KEEPINTVL"):
            if hasattr(socket, option):
                sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), KEEPALIVE)
        sock.bind(name)
        sock.listen(BACKLOG)
        sock.setblocking(False)
    except OSError:
        sock.close()
        raise
    return sock


_FLAGS: Final = getattr(socket, "SOCK_CLOEXEC", 0) | getattr(socket, "SOCK_NONBLOCK", 0)


def share_a_port(addresses: Iterable[NetworkAddress], datagrams: bool = False) -> set[int]:
    """Return the TCP (or UDP) ports that these addresses have on several hosts, each host once."""
    networks = sockets.UDP if datagrams else _TCP
    hosts: dict[int, list[str]] = {}
    for address in addresses:
        if address.network in networks and address.start_port:
            hosts.setdefault(address.start_port, []).append(address.host)
    return {p for p, known in hosts.items() if len(known) > 1 and len({*known}) == len(known)}


def let_share(fd: int) -> None:
    """Let another socket be bound to the port of one that listens, on a different address."""
    sock = socket.socket(fileno=os.dup(fd))
    with sock, suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)


def _listen_unix(address: NetworkAddress) -> Socket:
    if address.network != "unix":
        raise ConfigError(f"unsupported network type: {address.network}")
    path, mode = split_permissions(address.host)
    abstract = path.startswith("@")
    name = "\0" + path[1:] if abstract else path
    if not abstract:
        remove_stale(path)
    sock = Socket(socket.AF_UNIX, socket.SOCK_STREAM | _FLAGS, 0)
    try:
        sock.bind(name)
        if not abstract:
            os.chmod(path, mode)
        sock.listen(BACKLOG)
        sock.setblocking(False)
    except OSError:
        sock.close()
        raise
    return sock


def remove_stale(path: str, kind: int = socket.SOCK_STREAM) -> None:
    """Remove a socket file nobody listens on; one that answers is in use."""
    try:
        if not stat.S_ISSOCK(os.stat(path).st_mode):
            return
    except OSError:
        return
    probe = socket.socket(socket.AF_UNIX, kind)
    try:
        probe.connect(path)
    except OSError:
        with suppress(OSError):
            os.unlink(path)
    else:
        raise OSError(EADDRINUSE, os.strerror(EADDRINUSE))
    finally:
        probe.close()


def _inherit(address: NetworkAddress) -> Socket:
    """Take a listening socket that was passed in (``fd/3``)."""
    if not address.host.isdigit():
        raise ConfigError(f"invalid file descriptor: {address.host}")
    number = os.dup(int(address.host))
    os.set_inheritable(number, False)
    sock = Socket(-1, -1, -1, number)
    sock.setblocking(False)
    return sock


def _complaint(address: NetworkAddress, error: OSError) -> str:
    what = (error.strerror or str(error)).lower()
    if isinstance(error, socket.gaierror):
        return f"listening on {address}: lookup {address.host}: no such host"
    if address.is_unix:
        return f"listening on {address}: listen {address.network} {address.host}: bind: {what}"
    return f"listening on {address}: listen {address.network} {address.host_port}: bind: {what}"


def _hint(error: OSError) -> str | None:
    if error.errno == EADDRINUSE:
        return "another program listens there; stop it, or choose another port"
    if error.errno == EACCES:
        return "ports below 1024 need root, or CAP_NET_BIND_SERVICE"
    return None


def unlink(address: NetworkAddress) -> None:
    """Remove the file of a Unix socket that has been closed."""
    if address.is_unix and not address.host.startswith("@"):
        with suppress(OSError, ValueError):
            os.unlink(split_permissions(address.host)[0])
