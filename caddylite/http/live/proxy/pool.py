"""Connections to upstreams that carry one request at a time: idle ones are kept for the next."""

from collections import deque

from caddylite.context import House, Timer
from caddylite.http.live.proxy.connection import UpstreamConnection
from caddylite.http.live.proxy.upstreams import Target


class Pool:
    """The idle connections of one transport.

    ``idle_timeout`` is in seconds; ``per_host`` and ``total`` bound how many are kept (``total``
    0: no bound).
    """

    def __init__(
        self, house: House, idle_timeout: float = 120.0, per_host: int = 32, total: int = 0
    ) -> None:
        self._house, self._idle_timeout = house, idle_timeout
        self._per_host, self._total = per_host, total
        self._idle: dict[tuple[Target, str], deque[UpstreamConnection]] = {}
        self._count = 0
        self._timer: Timer | None = None

    def take(self, target: Target, name: str) -> UpstreamConnection | None:
        """Return an idle connection, the one used last; None if there is none."""
        kept = self._idle.get((target, name))
        while kept:
            connection = kept.pop()
            self._count -= 1
            connection.on_idle_end = None
            if connection.alive:
                return connection
        return None

    def give_back(self, target: Target, name: str, connection: UpstreamConnection) -> None:
        """Keep an idle connection for later, if there is room for it."""
        kept = self._idle.setdefault((target, name), deque())
        full = len(kept) >= self._per_host or (self._total and self._count >= self._total)
        if full or not connection.alive or self._idle_timeout <= 0:
            connection.close()
            return
        kept.append(connection)
        self._count += 1
        connection.idle_since = self._house.monotonic()
        connection.on_idle_end = lambda: self._forget(kept, connection)
        if self._timer is None:
            self._timer = self._house.later(self._idle_timeout, self._sweep)

    def _forget(self, kept: deque[UpstreamConnection], connection: UpstreamConnection) -> None:
        kept.remove(connection)
        self._count -= 1
        connection.on_idle_end = None

    def _sweep(self) -> None:
        """Close what has been idle for too long. One timer serves all connections."""
        self._timer = None
        now = self._house.monotonic()
        self._idle = {key: kept for key, kept in self._idle.items() if kept}
        oldest = now
        for kept in self._idle.values():
            while kept and kept[0].idle_since + self._idle_timeout <= now:
                connection = kept[0]
                self._forget(kept, connection)
                connection.close()
            if kept:
                oldest = min(oldest, kept[0].idle_since)
        if self._count:
            wait = oldest + self._idle_timeout - now
            self._timer = self._house.later(max(wait, 0.01), self._sweep)

    def close(self) -> None:
        """Close what is idle."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for kept in self._idle.values():
            for connection in tuple(kept):
                connection.on_idle_end = None
                connection.close()
            kept.clear()
        self._count = 0
