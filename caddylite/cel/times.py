"""Moments and spans of time: read, written, and taken apart."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Final

from caddylite.cel.declarations import Signatures, functions
from caddylite.cel.operators import as_int, as_timestamp
from caddylite.cel.problems import EvalError
from caddylite.cel.values import Duration, Timestamp

SECOND: Final = 10**9
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_HOURS, _MINUTES = r"([01][0-9]|2[0-3])", r"([0-5][0-9])"
_RFC3339: Final = re.compile(
    r"([0-9]{4})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    rf"T{_HOURS}:{_MINUTES}:([0-5][0-9]|60)"
    rf"(?:\.([0-9]+))?(?:Z|([+-]){_HOURS}:{_MINUTES})"
)


def parse_timestamp(text: str) -> Timestamp:
    """Read a moment (RFC 3339); ValueError if it is no date or time of day."""
    match = _RFC3339.fullmatch(text)
    if match is None:
        raise EvalError(f'invalid RFC 3339 timestamp "{text}"')
    *date, fraction, sign, hours, minutes = match.groups()
    local = datetime(*map(int, date), tzinfo=UTC)  # type: ignore[arg-type, misc]
    offset = 0
    if sign:
        offset = (int(hours) * 3600 + int(minutes) * 60) * (-1 if sign == "-" else 1)
    seconds = (local - _EPOCH) // timedelta(seconds=1) - offset
    return as_timestamp(seconds * SECOND + int(f"{fraction or '0':0<9}"[:9]), offset)


def write_timestamp(moment: Timestamp) -> str:
    """Write a moment as RFC 3339, with as many digits as it has."""
    seconds, nanoseconds = divmod(moment.nanoseconds, SECOND)
    local = _EPOCH + timedelta(seconds=seconds + moment.offset)
    fraction = f".{nanoseconds:09}".rstrip("0") if nanoseconds else ""
    minutes = abs(moment.offset) // 60
    sign = "-" if moment.offset < 0 else "+"
    zone = f"{sign}{minutes // 60:02}:{minutes % 60:02}" if moment.offset else "Z"
    return f"{local:%Y-%m-%dT%H:%M:%S}".zfill(19) + fraction + zone


def seconds_of(span: Duration) -> float:
    """Return a span in seconds, as Go's ``Duration.Seconds`` does."""
    whole = abs(span.nanoseconds) // SECOND
    seconds = float(whole) + (abs(span.nanoseconds) % SECOND) / 1e9
    return -seconds if span.nanoseconds < 0 else seconds


def _zone(name: str) -> tzinfo:
    """Find a time zone by its name, or by its distance from UTC: ``-08:00``."""
    hours, colon, minutes = name.partition(":")
    if not colon:
        return _named_zone(name)
    if not re.fullmatch(r"[+-]?[0-9]+", hours) or not re.fullmatch(r"[+-]?[0-9]+", minutes):
        raise EvalError(f"no such time zone: {name}")
    if not -23 <= int(hours) <= 23:
        raise EvalError(f"timezone offset hours out of range [-23, 23]: {name}")
    if not 0 <= int(minutes) <= 59:
        raise EvalError(f"timezone offset minutes out of range [0, 59]: {name}")
    east = int(hours) * 60 + (-int(minutes) if name.startswith("-") else int(minutes))
    return timezone(timedelta(minutes=east))


def _named_zone(name: str) -> tzinfo:
    if name in ("", "UTC"):
        return UTC
    from zoneinfo import ZoneInfo

    try:
        return datetime.now().astimezone().tzinfo or UTC if name == "Local" else ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        raise EvalError(f"unknown time zone {name}") from None


def _local(moment: Timestamp, zone: str) -> datetime:
    where = _zone(zone)
    try:
        return (_EPOCH + timedelta(seconds=moment.nanoseconds // SECOND)).astimezone(where)
    except OverflowError:
        raise EvalError("timestamp overflow") from None


#: What is asked of a moment: by method, what to read off the clock and the calendar.
_PARTS: Final[dict[str, Callable[[datetime], int]]] = {
    "getFullYear": lambda t: t.year,
    "getMonth": lambda t: t.month - 1,
    "getDayOfYear": lambda t: t.timetuple().tm_yday - 1,
    "getDayOfMonth": lambda t: t.day - 1,
    "getDate": lambda t: t.day,
    "getDayOfWeek": lambda t: t.isoweekday() % 7,
    "getHours": lambda t: t.hour,
    "getMinutes": lambda t: t.minute,
    "getSeconds": lambda t: t.second,
}
_SPANS: Final = {
    "getHours": 3600 * SECOND,
    "getMinutes": 60 * SECOND,
    "getSeconds": SECOND,
    "getMilliseconds": 10**6,
}


def _part(read: Callable[[datetime], int]) -> Callable[..., int]:
    return lambda moment, zone="UTC": read(_local(moment, zone))


def _milliseconds(moment: Timestamp, zone: str = "UTC") -> int:
    _zone(zone)
    return moment.nanoseconds % SECOND // 10**6


def _whole(unit: int) -> Callable[[Duration], int]:
    """Count whole units in a span; those of a negative one are cut towards zero, too."""

    def count(span: Duration) -> int:
        whole = abs(span.nanoseconds) // unit
        return as_int(-whole if span.nanoseconds < 0 else whole)

    return count


def _library() -> dict[str, Signatures]:
    rows: list[tuple[str, str, Callable[..., int]]] = []
    for name, run in {n: _part(r) for n, r in _PARTS.items()}.items():
        rows.append((name, "timestamp.() -> int", run))
        rows.append((name, "timestamp.(string) -> int", run))
    rows.append(("getMilliseconds", "timestamp.() -> int", _milliseconds))
    rows.append(("getMilliseconds", "timestamp.(string) -> int", _milliseconds))
    rows += [(name, "duration.() -> int", _whole(unit)) for name, unit in _SPANS.items()]
    return functions(*rows)


TIMES: Final = _library()
