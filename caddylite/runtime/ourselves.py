"""Our own listening sockets, and connections that we make to ourselves.

A server may well proxy to another server of the same process, but not to itself: each connection
would make another one. The address of a socket that is connecting to ourselves is remembered, so
that whoever accepts it knows which servers it has come through.
"""

import socket
from contextlib import suppress
from typing import Any, Final

from caddylite.layer4.live.addresses import Address, from_socket

#: Connections to ourselves that have not been accepted yet; beyond that the oldest are forgotten.
_MOST_WAITING: Final = 4096
_ANYWHERE: Final = ("0.0.0.0", "::", "")

#: The servers a connection has come through, by name.
Path = tuple[str, ...]


class Ourselves:
    """What a house listens on (``listeners``), and who of its clients is itself (``coming``)."""

    def __init__(self) -> None:
        #: By kind of socket and port, or path: host and server.
        self._listeners: dict[tuple[int, int | str], list[tuple[str, str]]] = {}
        self.coming: dict[Address, Path] = {}

    def listens(self, sock: Any, server: str) -> None:
        """Remember a listening socket."""
        name = from_socket(sock.getsockname())
        host, key = _key(sock.type, name)
        self._listeners.setdefault(key, []).append((host, server))

    def closes(self, sock: Any, server: str) -> None:
        """Forget it, before it is closed."""
        with suppress(OSError, ValueError):
            host, key = _key(sock.type, from_socket(sock.getsockname()))
            known = self._listeners[key]
            known.remove((host, server))
            if not known:
                del self._listeners[key]

    def server_at(self, address: Any, datagrams: bool = False) -> str:
        """Return the server of ours that listens at a socket address, or ``""``."""
        kind = socket.SOCK_DGRAM if datagrams else socket.SOCK_STREAM
        if isinstance(address, (str, bytes)):
            key = kind, _path(address)
            found = self._listeners.get(key, ())
            return found[0][1] if found else ""
        known = self._listeners.get((kind, address[1]))
        if not known:
            return ""
        host = _reached(from_socket(address)[0])
        for at, server in known:
            if at == host:
                return server
        if any(at in _ANYWHERE for at, _ in known) and is_ours(host):
            return next(server for at, server in known if at in _ANYWHERE)
        return ""

    def announce(self, sock: Any, path: Path) -> Address | None:
        """Remember a socket that is connecting to ourselves; the acceptor finds ``path`` by it."""
        name = from_socket(sock.getsockname())
        if isinstance(name, str):
            return None
        while len(self.coming) >= _MOST_WAITING:
            del self.coming[next(iter(self.coming))]
        self.coming[name] = path
        return name


def _key(kind: int, name: Address) -> tuple[str, tuple[int, int | str]]:
    """Return the host, and kind with port or path."""
    kind &= ~(getattr(socket, "SOCK_NONBLOCK", 0) | getattr(socket, "SOCK_CLOEXEC", 0))
    return ("", (kind, name)) if isinstance(name, str) else (name[0], (kind, name[1]))


def _path(address: str | bytes) -> str:
    """Write a path as :func:`from_socket` does."""
    text = address if isinstance(address, str) else address.decode(errors="surrogateescape")
    return "@" + text[1:] if text.startswith("\0") else text


def _reached(host: str) -> str:
    """Return where a connection to a host arrives: the unspecified address means loopback."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)


def is_ours(host: str) -> bool:
    """Is this an address of this machine? The kernel answers it from itself then."""
    if host.startswith("127.") or host == "::1":
        return True
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.connect((host, 9))  # nothing is sent
        return bool(probe.getsockname()[0] == host)
    return False
