"""How long to wait: after failures, and so that a CA is not flooded (certmagic's figures)."""

from collections import deque
from typing import Final

_MINUTE, _HOUR = 60.0, 3600.0
#: How often each pause comes, and how long it is; the last one is repeated.
_PAUSES: Final = (
    (1, 1 * _MINUTE),
    (2, 2 * _MINUTE),
    (1, 5 * _MINUTE),
    (3, 10 * _MINUTE),
    (4, 20 * _MINUTE),
    (6, 30 * _MINUTE),
    (3, 1 * _HOUR),
    (2, 2 * _HOUR),
    (2, 3 * _HOUR),
    (1, 6 * _HOUR),
)
_FLAT: Final = tuple(seconds for times, seconds in _PAUSES for _ in range(times))
#: After so many seconds nothing is tried any more.
LONGEST: Final = 30 * 24 * _HOUR


def pause(failures: int) -> float:
    """Return the seconds to wait after so many failures in a row (1 and more)."""
    return _FLAT[min(failures, len(_FLAT)) - 1]


class Throttle:
    """Lets so many things begin in so many seconds."""

    def __init__(self, most: int = 10, seconds: float = 10.0) -> None:
        self._most, self._seconds = most, seconds
        self._begun: deque[float] = deque()

    def wait(self, now: float) -> float:
        """Return the seconds to wait before the next may begin; it is taken to begin then."""
        while self._begun and self._begun[0] <= now - self._seconds:
            self._begun.popleft()
        full = len(self._begun) >= self._most
        start = self._begun[-self._most] + self._seconds if full else now
        self._begun.append(start)
        return max(start - now, 0.0)
