"""Sampling: of like records in an interval the first so many are written, then one in so many."""

from collections.abc import Callable

from caddylite.caddy.logs import Sampling

_MOST = 4096


class Sampler:
    """Counts records by level and message; intervals are seconds."""

    def __init__(self, ir: Sampling) -> None:
        self._interval = ir.interval.seconds or 1.0
        self._first, self._thereafter = ir.first or 100, ir.thereafter or 100
        self._counts: dict[tuple[int, str], tuple[float, int]] = {}

    def takes(self, level: int, now: float, message: str) -> bool:
        """Is this record to be written?"""
        key = level, message
        ends, count = self._counts.get(key, (0.0, 0))
        if now >= ends:
            if len(self._counts) >= _MOST:
                self._counts.clear()
            ends, count = now + self._interval, 0
        count += 1
        self._counts[key] = ends, count
        return count <= self._first or (count - self._first) % self._thereafter == 0


Takes = Callable[[int, float, str], bool]
