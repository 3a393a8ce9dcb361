"""Values that appear in configs: parsed once, printed back the same."""

import re
from decimal import Decimal

_UNIT_NS = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,
    "μs": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
    "d": 86_400_000_000_000,
}
_PIECE = re.compile(r"(\d+\.?\d*|\.\d+)([a-zµμ]*)")
_INT64_MAX = (1 << 63) - 1


class Duration(int):
    """A time span in nanoseconds; in JSON that integer, or a string (``"5s"``)."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> "Duration":
        """Read Go's ``time.ParseDuration`` syntax plus Caddy's ``d`` (24 hours).

        Raises ValueError with Go's words (``time: invalid duration "5"``).
        """
        body = text[1:] if text[:1] in ("+", "-") else text
        if body == "0":
            return cls(0)
        total, at = Decimal(0), 0
        if not body:
            raise ValueError(f'time: invalid duration "{text}"')
        while at < len(body):
            piece = _PIECE.match(body, at)
            if piece is None:
                raise ValueError(f'time: invalid duration "{text}"')
            number, unit = piece.groups()
            if not unit:
                raise ValueError(f'time: missing unit in duration "{text}"')
            if unit not in _UNIT_NS:
                raise ValueError(f'time: unknown unit "{unit}" in duration "{text}"')
            total += Decimal(number) * _UNIT_NS[unit]
            at = piece.end()
        if total > _INT64_MAX:
            raise ValueError(f'time: invalid duration "{text}"')
        return cls(-int(total) if text.startswith("-") else int(total))

    @property
    def seconds(self) -> float:
        """The same span in seconds, as timers want it."""
        return self / 1_000_000_000
