"""Logs sent to a socket, by a thread of their own: nothing here waits for the other side."""

import os
import queue
import socket
import sys
import threading
import time
from contextlib import suppress
from typing import Any, Final

from caddylite.caddy.logging.writers.net import Net
from caddylite.errors import ConfigError
from caddylite.gonumbers import quote
from caddylite.netaddr import NetworkAddress

#: Records that wait for the socket; those beyond are lost (and counted).
MOST: Final = 10_000
#: Seconds between attempts to connect again, as Caddy waits.
REDIAL: Final = 10.0
#: Seconds a connection may take when the config does not say.
DIAL_TIMEOUT: Final = 5.0
#: Seconds that what is still waiting gets at the end.
_LAST: Final = 2.0


def parse_address(text: str) -> NetworkAddress:
    """Read the address of a writer ``net``. ConfigError in Caddy's words."""
    try:
        address = NetworkAddress.parse(text)
    except ValueError as e:
        raise ConfigError(f"parsing network address '{text}': {e}") from None
    if not address.is_unix and address.start_port != address.end_port:
        raise ConfigError("multiple ports not supported")
    return address


def shown(ir: Net, address: NetworkAddress) -> str:
    """Return a writer ``net`` as complaints show it: as Go prints its struct."""
    return (
        f"&logging.NetWriter{{Address:{quote(ir.address)}, DialTimeout:{ir.dial_timeout}, "
        f"SoftStart:{str(ir.soft_start).lower()}, addr:caddy.NetworkAddress{{"
        f"Network:{quote(address.network)}, Host:{quote(address.host)}, "
        f"StartPort:{address.start_port:#x}, EndPort:{address.end_port:#x}}}}}"
    )


class NetLog:
    """Sends records to an address; while nobody takes them there, they go to stderr."""

    def __init__(
        self,
        address: NetworkAddress,
        timeout: float = 0.0,
        soft_start: bool = False,
        redial: float = REDIAL,
    ) -> None:
        self._address, self._timeout, self._redial = address, timeout or DIAL_TIMEOUT, redial
        self.lost = 0
        self._sock: socket.socket | None = None
        self._dialled = float("-inf")
        try:
            self._sock = self._connect()
        except OSError as e:
            why = _words(e, address)
            if not soft_start:
                raise ConfigError(why) from None
            _complain(
                f"[ERROR] net log writer failed to connect: {why} (will retry connection and "
                "print errors here in the meantime)\n".encode()
            )
        self._queue: queue.Queue[bytes | None] = queue.Queue(MOST)
        self._thread = threading.Thread(target=self._work, name="log-net", daemon=True)
        self._thread.start()

    def write(self, data: bytes) -> None:
        """Send a record soon."""
        try:
            self._queue.put_nowait(data)
        except queue.Full:
            self.lost += 1

    def close(self) -> None:
        """Send what waits, for a moment, and close the socket."""
        with suppress(queue.Full):
            self._queue.put(None, timeout=_LAST)
        self._thread.join(_LAST)
        if self._sock is not None:
            self._sock.close()

    def _work(self) -> None:
        while (data := self._queue.get()) is not None:
            if not self._send(data):
                _complain(data)

    def _send(self, data: bytes) -> bool:
        """Send, if need be on a new connection; True if that went well."""
        if self._sock is not None:
            try:
                self._sock.sendall(data)
                return True
            except OSError:
                pass
        if time.monotonic() - self._dialled < self._redial:
            return False
        self._dialled = time.monotonic()
        try:
            fresh = self._connect()
            fresh.sendall(data)
        except OSError:
            return False
        if self._sock is not None:
            self._sock.close()
        self._sock = fresh
        return True

    def _connect(self) -> socket.socket:
        address = self._address
        if address.is_unix:
            kind = socket.SOCK_DGRAM if address.network == "unixgram" else socket.SOCK_STREAM
            return _connected(socket.AF_UNIX, kind, address.host, self._timeout)
        kind = socket.SOCK_DGRAM if address.network.startswith("udp") else socket.SOCK_STREAM
        host = address.host.strip("[]") or "localhost"
        error: OSError | None = None
        for family, _, _, _, name in socket.getaddrinfo(host, address.start_port, 0, kind):
            try:
                return _connected(family, kind, name, self._timeout)
            except OSError as e:
                error = error or e
        raise error or OSError("no address")


def _connected(family: int, kind: int, name: Any, timeout: float) -> socket.socket:
    sock = socket.socket(family, kind)
    try:
        sock.settimeout(timeout)
        sock.connect(name)
    except OSError:
        sock.close()
        raise
    return sock


def _words(error: OSError, address: NetworkAddress) -> str:
    """Say why a connection could not be made, as Go does."""
    if isinstance(error, socket.gaierror):
        return f"dial {address.network}: lookup {address.host}: no such host"
    if isinstance(error, TimeoutError):
        return f"dial {address.network} {address.host_port}: i/o timeout"
    what = (error.strerror or str(error)).lower()
    return f"dial {address.network} {address.host_port}: connect: {what}"


def _complain(data: bytes) -> None:
    with suppress(OSError, ValueError):
        os.write(sys.stderr.fileno(), data)
