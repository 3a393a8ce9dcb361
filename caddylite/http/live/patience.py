"""How much useless work one peer may make: streams opened and reset, frames with nothing in them.

Each costs us more than it costs the peer (CVE-2023-44487, CVE-2019-9518); an honest client cancels
a few hundred at a time, and not for ever.
"""

from collections.abc import Callable
from typing import Final

#: As many at once, and as many a second in the long run (nghttp2's figures).
BURST: Final = 1000
RATE: Final = 33.0


class Patience:
    """Runs out when it is spent faster than it grows back."""

    __slots__ = ("_at", "_left", "_now")

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._at, self._left = now(), float(BURST)

    def spend(self) -> bool:
        """Bear with one more; False if it has run out."""
        if self._left < 1:
            now = self._now()
            self._left = min(float(BURST), self._left + (now - self._at) * RATE)
            self._at = now
        self._left -= 1
        return self._left >= 0
