"""Accepting: connections are taken in batches and read from at once."""

import os
import socket
import time
from _socket import socket as Socket
from collections.abc import Callable
from errno import EMFILE, ENFILE, ENOBUFS, ENOMEM
from typing import Any, Final

from caddylite.layer4.live.addresses import from_socket
from caddylite.layer4.live.flow import Flow
from caddylite.layer4.matching import Connection
from caddylite.layer4.routing import LIMIT
from caddylite.runtime.connections import Connections
from caddylite.runtime.raw_flow import RawFlow
from caddylite.runtime.watch import IN

_DONTWAIT: Final = socket.MSG_DONTWAIT
_BATCH: Final = 32
#: Seconds without accepting after descriptors or memory have run out.
_PAUSE: Final = 0.1
#: Seconds between two complaints about it in the log.
_QUIET: Final = 10.0
_EXHAUSTED: Final = (EMFILE, ENFILE, ENOBUFS, ENOMEM)


class Acceptor:
    """Takes connections from a listening socket and starts each on its way.

    ``start(flow)`` is where the tree begins; ``owner`` is told when a connection is over and keeps
    the set of those that are not.
    """

    def __init__(
        self, listener: Socket, house: Any, start: Callable[[Flow], None], owner: Connections
    ) -> None:
        self.listener, self.house = listener, house
        self.start, self.owner = start, owner
        self.fd = listener.fileno()
        self._accept: Callable[[], tuple[int, Any]] = listener._accept  # type: ignore[attr-defined]
        name = listener.getsockname()
        self._unix = listener.family == getattr(socket, "AF_UNIX", -1)
        self._network = "unix" if self._unix else "tcp"
        self._local = from_socket(name)
        self._wildcard = not self._unix and name[0] in ("0.0.0.0", "::")
        self._paused, self._complained = False, -_QUIET
        house.ourselves.listens(listener, owner.label)
        house.watch.add(self.fd, IN, self)

    def broken(self) -> None:
        """Go on: each connection takes care of its own errors."""

    def ready(self, event: int) -> None:
        """Accept what is there."""
        accept, started = self._accept, time.time()
        local, owner, start = self._local, self.owner, self.start
        family, quick, active = self.listener.family, owner.quick(), owner.active
        coming = self.house.ourselves.coming
        for _ in range(_BATCH):
            try:
                fd, remote = accept()
            except BlockingIOError:
                return
            except OSError as e:
                if e.errno in _EXHAUSTED:
                    self._exhausted(e)
                return
            sock = Socket(family, socket.SOCK_STREAM, 0, fd)
            if self._wildcard or self._unix:
                remote = from_socket(remote)
                if self._wildcard:
                    try:
                        local = from_socket(sock.getsockname())
                    except OSError:
                        sock.close()
                        continue
            else:
                remote = remote[0], remote[1]
            cx = Connection(remote, local, self._network, started)
            if coming:
                cx.passed = coming.pop(remote, ())
            flow = RawFlow(sock, fd, cx, owner, self.house)
            if quick:
                owner.total += 1
                active.add(flow)
            elif not owner.opened(flow):
                continue
            try:
                data = sock.recv(LIMIT, _DONTWAIT)
            except BlockingIOError:
                pass
            except OSError:
                flow.close("reset by the client")
                continue
            else:
                flow.data = data
                flow.read = len(data)
                flow.ended = not data
            try:
                start(flow)
            except Exception as e:
                owner.crashed(flow, e)

    def _exhausted(self, error: OSError) -> None:
        """Wait a little: the kernel keeps the connections in its queue."""
        if self._paused:
            return
        self._paused = True
        self.house.watch.change(self.fd, 0)
        now = self.house.monotonic()
        if now - self._complained >= _QUIET:
            self._complained = now
            self.house.logger("layer4").error(
                "accepting is paused: out of descriptors or memory",
                error=os.strerror(error.errno or 0),
            )
        self.house.later(_PAUSE, self._resume)

    def _resume(self) -> None:
        if self._paused and self.fd >= 0:
            self._paused = False
            self.house.watch.change(self.fd, IN)

    def stop(self) -> None:
        """Accept no more. The socket is closed; connections go on."""
        if self.fd >= 0:
            self.house.watch.forget(self.fd)
            self.house.ourselves.closes(self.listener, self.owner.label)
            self.listener.close()
            self.fd = -1
