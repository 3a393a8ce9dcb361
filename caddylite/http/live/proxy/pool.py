"""Connections to upstreams: idle ones are kept for the next request."""

from collections import deque
from typing import Any

from caddylite.context import House, Timer
from caddylite.http.live.proxy.connection import UpstreamConnection
from caddylite.http.live.proxy.dialling import dial_by_house, dial_by_twisted
from caddylite.http.live.proxy.upstreams import Target


class Pool:
    """All the connections of one transport.

    ``dial_timeout`` and ``idle_timeout`` are in seconds; ``per_host`` and ``total`` bound how many
    idle connections are kept (``total`` 0: no bound).
    """

    def __init__(
        self,
        house: House,
        dial_timeout: float = 3.0,
        idle_timeout: float = 120.0,
        per_host: int = 32,
        total: int = 0,
        bind: tuple[str, int] | None = None,
    ) -> None:
        self._house, self._dial_timeout, self._idle_timeout = house, dial_timeout, idle_timeout
        self._per_host, self._total, self._bind = per_host, total, bind
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

    async def dial(self, target: Target, tls: Any) -> UpstreamConnection:
        """Connect; ``tls`` is what starts TLS (None: plain). UpstreamError if it fails."""
        house: Any = self._house
        if self._bind is None and hasattr(house, "dial") and hasattr(house, "resolver"):
            return await dial_by_house(house, target, self._dial_timeout, tls)
        return await dial_by_twisted(
            house.reactor, target, self._dial_timeout, tls, bind=self._bind
        )
