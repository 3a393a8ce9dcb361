"""An unconnected datagram socket for a module that speaks to many."""

import socket
from _socket import socket as Socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from caddylite.runtime.udp.sockets import DATAGRAM, LONGEST
from caddylite.runtime.watch import IN

_BATCH: Final = 32


class DatagramPort:
    """Bound to any port of ``host``; ``received(data, sender)`` is told of what comes.

    OSError says why it cannot be bound.
    """

    def __init__(self, house: Any, host: str, received: Callable[[bytes, Any], None]) -> None:
        self._watch, self._received = house.watch, received
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        sock = Socket(family, DATAGRAM, 0)
        try:
            sock.bind((host, 0))
        except OSError:
            sock.close()
            raise
        self._sock: Socket | None = sock
        self.address: tuple[str, int] = sock.getsockname()[:2]
        self._watch.add(sock.fileno(), IN, self)

    def ready(self, event: int) -> None:
        """Take what is there."""
        for _ in range(_BATCH):
            if self._sock is None:
                return
            try:
                data, sender = self._sock.recvfrom(LONGEST)
            except BlockingIOError:
                return
            except OSError:  # an ICMP error for something sent before
                continue
            self._received(data, sender)

    def broken(self) -> None:
        """Go on: one datagram is lost."""

    def send(self, data: bytes, address: Any) -> None:
        """Send a datagram, or lose it."""
        if self._sock is not None:
            with suppress(OSError):
                self._sock.sendto(data, address)

    def close(self) -> None:
        """Close it."""
        sock, self._sock = self._sock, None
        if sock is not None:
            self._watch.forget(sock.fileno())
            sock.close()
