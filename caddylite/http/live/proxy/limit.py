"""``max_conns_per_host``: so many connections to a host, whoever wants more waits."""

from collections import deque
from typing import Any

from twisted.internet.defer import Deferred


class Limit:
    """Counts connections by their origin; those who wait are served in turn."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._open: dict[Any, int] = {}
        self._waiting: dict[Any, deque[Deferred[None]]] = {}

    def take(self, origin: Any) -> bool:
        """Take one of the connections there may be; False if there are as many already."""
        count = self._open.get(origin, 0)
        if count >= self.most:
            return False
        self._open[origin] = count + 1
        return True

    def give(self, origin: Any) -> None:
        """A connection is gone, or did not come about."""
        count = self._open[origin] - 1
        if count:
            self._open[origin] = count
        else:
            del self._open[origin]
        self.wake(origin)

    def wake(self, origin: Any) -> None:
        """Something is free: let who has waited longest look."""
        waiting = self._waiting.get(origin)
        if waiting:
            waiting[0].callback(None)

    def wake_all(self, origin: Any) -> None:
        """There is a connection that many can share."""
        for turn in tuple(self._waiting.get(origin, ())):
            if not turn.called:
                turn.callback(None)

    async def change(self, origin: Any) -> None:
        """Wait until something may be free."""
        turn: Deferred[None] = Deferred()
        waiting = self._waiting.setdefault(origin, deque())
        waiting.append(turn)
        try:
            await turn
        finally:
            waiting.remove(turn)
            if not waiting:
                self._waiting.pop(origin, None)
