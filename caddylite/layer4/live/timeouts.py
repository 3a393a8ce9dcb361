"""Many timeouts of one length: a queue and one timer, not a timer for each."""

from collections import deque
from collections.abc import Callable
from typing import Any

#: A timeout that has been set: its moment, and what to call (None once cancelled).
Entry = list[Any]


class Timeouts:
    """Timeouts of ``seconds`` each. They come a little late (``slack``), never early.

    ``later(seconds, call)`` starts a timer; ``monotonic()`` tells the time.
    """

    __slots__ = ("_later", "_monotonic", "_queue", "_running", "seconds", "slack")

    def __init__(
        self,
        seconds: float,
        later: Callable[..., object],
        monotonic: Callable[[], float],
        slack: float | None = None,
    ) -> None:
        self.seconds = seconds
        self.slack = min(0.25, seconds / 8) if slack is None else slack
        self._later, self._monotonic = later, monotonic
        self._queue: deque[Entry] = deque()
        self._running = False

    def add(self, call: Callable[[], object]) -> Entry:
        """Call after ``seconds``, unless the entry is cancelled before."""
        entry: Entry = [self._monotonic() + self.seconds, call]
        self._queue.append(entry)
        if not self._running:
            self._running = True
            self._later(self.seconds + self.slack, self._sweep)
        return entry

    @staticmethod
    def cancel(entry: Entry) -> None:
        """Do not call; what the call holds is let go."""
        entry[1] = None

    def _sweep(self) -> None:
        now = self._monotonic()
        queue = self._queue
        try:
            while queue and (queue[0][1] is None or queue[0][0] <= now):
                call = queue.popleft()[1]
                if call is not None:
                    call()
        finally:
            if queue:
                self._later(max(queue[0][0] - now, 0.0) + self.slack, self._sweep)
            else:
                self._running = False
