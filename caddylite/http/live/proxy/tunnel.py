"""Carries bytes both ways between a client and an upstream that have left HTTP (WebSocket)."""

from twisted.internet.defer import Deferred

from caddylite.context import House
from caddylite.http.live.exchange import Switched
from caddylite.http.live.proxy.connection import UpstreamConnection

#: How long one side may take to close after the other has, in seconds.
_CLOSING = 5.0


class Tunnel:
    """Passes on what comes, pauses the faster side, ends when either side does."""

    def __init__(self, client: Switched, upstream: UpstreamConnection, house: House) -> None:
        self._client, self._upstream, self._house = client, upstream, house
        self._done: Deferred[None] = Deferred()
        self._over = False
        self.received = self.sent = 0  # bytes from the client, and to it

    async def run(self, timeout: float = 0.0) -> None:
        """Carry on until the end, or for so many seconds at most (0: no limit)."""
        timer = self._house.later(timeout, self._end) if timeout else None
        self._upstream.switch(self._from_upstream, self._end, self._upstream_has_room)
        self._client.on_data(self._from_client, self._end, self._client_has_room, self._end)
        try:
            await self._done
        finally:
            self._end()
            if timer is not None and timer.active():
                timer.cancel()

    def _from_client(self, data: bytes) -> None:
        self.received += len(data)
        self._upstream.write(data)
        if not self._upstream.writable and not self._over:
            self._client.transport.pauseProducing()

    def _from_upstream(self, data: bytes) -> None:
        if self._over:
            return
        self.sent += len(data)
        self._client.transport.write(data)
        if not self._client.writable:
            self._upstream.transport.pauseProducing()

    def _upstream_has_room(self) -> None:
        if not self._over:
            self._client.transport.resumeProducing()

    def _client_has_room(self) -> None:
        if self._upstream.alive and not self._over:
            self._upstream.transport.resumeProducing()

    def _end(self) -> None:
        """One side has ended: what was sent to the other still goes out, then it is closed."""
        if self._over:
            return
        self._over = True
        self._client.close()
        if self._upstream.alive:
            transport = self._upstream.transport
            transport.unregisterProducer()
            transport.loseConnection()
            self._house.later(_CLOSING, self._upstream.close)
        if not self._done.called:
            self._done.callback(None)
