"""Ends relays that have stopped moving: one pass over all of them every few seconds."""

import socket
from _socket import socket as Socket
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final

from caddylite.runtime import pipes
from caddylite.runtime.listeners import KEEPALIVE
from caddylite.runtime.relay import Side

#: Seconds between passes.
EVERY: Final = 5.0
#: Seconds a client is read on for after its upstream has gone.
LINGER: Final = 5.0
#: Seconds without a byte moving while one side does not take what it is sent. caddy-l4 waits for
#: ever, which lets peers that never read hold on to buffers and descriptors.
WRITE_TIMEOUT: Final = 600.0


class Sweeper:
    """Looks after the relays of a house; ``idle`` seconds without a byte end one (0: never)."""

    def __init__(
        self,
        house: Any,
        *,
        idle: float = 0.0,
        write_timeout: float = WRITE_TIMEOUT,
        every: float = EVERY,
    ) -> None:
        self._house, self._idle, self._write_timeout = house, idle, write_timeout
        self._every = every
        self._timer: Any = None

    def start(self) -> None:
        """Begin."""
        self._timer = self._house.later(self._every, self._again)

    def stop(self) -> None:
        """Stop."""
        if self._timer is not None and self._timer.active():
            self._timer.cancel()

    def _again(self) -> None:
        self.sweep()
        pipes.close_unused()
        self.start()

    def sweep(self) -> None:
        """Look at every relay once."""
        for side in self._relays():
            peer = side.peer
            if peer is None:
                continue
            # What a client sends to nobody keeps nothing alive.
            moved = -2 if side.lingering else side.passed + peer.passed
            if moved != side.seen:
                if side.seen < 0 <= moved:
                    _keep_alive(side.sock, peer.sock)
                side.seen, side.quiet = moved, 0
                continue
            side.quiet += 1
            if self._is_over(side, peer, side.quiet * self._every):
                side.finish()

    def _relays(self) -> Iterator[Side]:
        for connections in self._house.connections:
            for flow in tuple(connections.active):
                side = getattr(flow, "relay", None)
                if side is not None:
                    yield side

    def _is_over(self, side: Side, peer: Side, quiet: float) -> bool:
        if side.lingering:
            return quiet >= LINGER
        if side.stuck or peer.stuck:
            return quiet >= self._write_timeout > 0
        return quiet >= self._idle > 0


def _keep_alive(*socks: Socket) -> None:
    """Let the kernel find out when a peer has vanished."""
    for sock in socks:
        if sock.family not in (socket.AF_INET, socket.AF_INET6):
            continue
        with suppress(OSError):
            for option in ("TCP_KEEPIDLE", "TCP_KEEPINTVL"):
                if hasattr(socket, option):
                    sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), KEEPALIVE)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
