"""Values that appear in configs: parsed once, printed back the same."""

import re
from decimal import Decimal
from typing import Annotated

from caddylite.gonumbers import parse_float
from caddylite.node import GoType

_UNIT_NS = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,
    "μs": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
}
_PIECE = re.compile(r"(?P<whole>[0-9]*)(?:\.(?P<part>[0-9]*))?(?P<unit>[^0-9.]*)")
_DAYS = re.compile(r"([0-9.+-]*)d")
_INT64 = 1 << 63

UInt16 = Annotated[int, GoType("uint16")]
UInt32 = Annotated[int, GoType("uint32")]


class Duration(int):
    """A time span in nanoseconds; in JSON that integer, or a string (``"5s"``)."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> "Duration":
        """Read Go's ``time.ParseDuration`` syntax plus Caddy's ``d`` (24 hours).

        Raises ValueError with Go's words (``time: invalid duration "5x"``).
        """
        if len(text.encode()) > 1024:
            raise ValueError("parsing duration: input string too long")
        return cls(_nanoseconds(_days_to_hours(text)))

    @classmethod
    def parse_go(cls, text: str) -> "Duration":
        """Read Go's ``time.ParseDuration`` syntax, without days: some places know no more."""
        return cls(_nanoseconds(text))

    @property
    def text(self) -> str:
        """The same span as Go prints it: ``1h0m0s``, ``1.5ms``, ``0s``."""
        return _go_text(self)

    @property
    def seconds(self) -> float:
        """The same span in seconds, as timers want it."""
        return self / 1_000_000_000


#: A duration that JSON can only give in nanoseconds.
Nanoseconds = Annotated[Duration, GoType("time.Duration")]


def _days_to_hours(text: str) -> str:
    """Write days as hours; a ``d`` anywhere is taken for a unit, as Caddy takes it."""
    while "d" in text:
        at = text.index("d")
        number = at
        while number and text[number - 1] in "0123456789.+-":
            number -= 1
        if number == at and at:
            number = at - 1  # a letter before it stands where its number should
        hours = Decimal(repr(parse_float(text[number:at]) * 24.0))
        text = f"{text[:number]}{_plain(hours)}h{text[at + 1 :]}"
    return text


def _plain(number: Decimal) -> str:
    shown = format(number, "f")
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def quote_bytes(text: str) -> str:
    """Return the text as Go's ``time`` package quotes it: what is not ASCII byte by byte."""
    out = []
    for byte in text.encode():
        if byte in b'"\\':
            out.append("\\" + chr(byte))
        else:
            out.append(chr(byte) if 0x20 <= byte < 0x7F else f"\\x{byte:02x}")
    return '"' + "".join(out) + '"'


def _nanoseconds(text: str) -> int:
    bad = ValueError(f"time: invalid duration {quote_bytes(text)}")
    body = text[1:] if text[:1] in ("+", "-") else text
    if body == "0":
        return 0
    if not body:
        raise bad
    total, at = 0, 0
    while at < len(body):
        piece = _PIECE.match(body, at)
        if piece is None or not (piece["whole"] or piece["part"]):
            raise bad
        if int(piece["whole"] or 0) > _INT64:
            raise bad
        unit = _UNIT_NS.get(piece["unit"])
        if not piece["unit"]:
            raise ValueError(f"time: missing unit in duration {quote_bytes(text)}")
        if unit is None:
            unknown = quote_bytes(piece["unit"])
            raise ValueError(f"time: unknown unit {unknown} in duration {quote_bytes(text)}")
        total += int(piece["whole"] or 0) * unit
        if piece["part"]:
            # Go multiplies in floating point here, and rounds down.
            total += int(float(piece["part"]) * (unit / 10.0 ** len(piece["part"])))
        if total > _INT64:
            raise bad
        at = piece.end()
    negative = text.startswith("-")
    if total == _INT64 and not negative:
        raise bad
    return -total if negative else total


def _go_text(nanoseconds: int) -> str:
    sign, rest = ("-", -nanoseconds) if nanoseconds < 0 else ("", nanoseconds)
    if not rest:
        return "0s"
    for unit, length in (("ns", 1_000), ("µs", 1_000_000), ("ms", 1_000_000_000)):
        if rest < length:
            return f"{sign}{_plain(Decimal(rest) * 1000 / length)}{unit}"
    minutes, left = divmod(rest, 60_000_000_000)
    hours, minutes = divmod(minutes, 60)
    seconds = f"{_plain(Decimal(left) / 1_000_000_000)}s"
    if hours:
        return f"{sign}{hours}h{minutes}m{seconds}"
    return f"{sign}{minutes}m{seconds}" if minutes else f"{sign}{seconds}"
