"""One timer for a connection whose deadlines move at every request.

Moving a deadline is far more frequent than missing one, so the timer itself is moved only when it
fires, or when a deadline comes nearer than it.
"""

from collections.abc import Callable

from caddylite.context import House, Timer


class Deadline:
    """Calls ``late`` if nothing has moved the deadline before it comes."""

    __slots__ = ("_at", "_fires_at", "_house", "_late", "_timer")

    def __init__(self, house: House, late: Callable[[], object]) -> None:
        self._house, self._late = house, late
        self._timer: Timer | None = None
        self._at = self._fires_at = 0.0  # monotonic seconds; 0 is none

    def expect(self, seconds: float) -> None:
        """Something must happen within so many seconds (0: there is no hurry)."""
        if not seconds:
            self._at = 0.0
            return
        self._at = self._house.monotonic() + seconds
        if self._timer is not None:
            if self._fires_at <= self._at:
                return
            self._timer.cancel()
        self._arm(seconds)

    def expect_or_not(self, seconds: float) -> Callable[[bool], None]:
        """Return a function that is told when something is waited for, and when it has come."""
        return lambda waiting: self.expect(seconds if waiting else 0.0)

    def cancel(self) -> None:
        """There is no deadline any more, and there will be none."""
        self._at = 0.0
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _arm(self, seconds: float) -> None:
        self._fires_at = self._house.monotonic() + seconds
        self._timer = self._house.later(seconds, self._fire)

    def _fire(self) -> None:
        self._timer = None
        if not self._at:
            return
        remaining = self._at - self._house.monotonic()
        if remaining > 0.001:
            self._arm(remaining)
        else:
            self._late()
