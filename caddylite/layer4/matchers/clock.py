"""The ``clock`` matcher."""

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any, Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.errors import ConfigError
from caddylite.layer4.matching import Match, Matcher, Peek, expand_early
from caddylite.registry import module
from caddylite.values import quote_bytes

_MIDNIGHT = "00:00:00"
_DAY = 24 * 3600
_BEFORE = ("before", "till", "to", "until")
_AFTER = ("after", "from")


@module("layer4.matchers.clock")
class Clock(Matcher, frozen=True):
    """Matches by the time of day at which the connection came: not before ``after``, and before
    ``before``.

    The two are swapped if they stand the wrong way round; midnight as an end is 24:00:00. The zone
    is an IANA name, ``Local`` or an offset (``+02:00``); UTC unless said.

    Syntax::

        clock <after> <before> [<zone>]
        clock <after|from> <time> [<zone>]
        clock <before|till|to|until> <time> [<zone>]
    """

    after: str = ""
    before: str = ""
    timezone: str = ""

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the two times, or one and which it is, and the zone."""
        d.next()
        if not 2 <= d.count_args() <= 3:
            raise d.arg_err()
        first, second = d.arg(), d.arg()
        if first.lower() in _BEFORE:
            first = _MIDNIGHT
        elif first.lower() in _AFTER:
            first, second = second, _MIDNIGHT
        zone = d.opt_arg() or ""
        if d.next_block(d.nesting):
            raise d.err(f"malformed {cls.name} matcher: blocks are not supported")
        return cls(first, second, zone)

    def prepare(self, house: Any) -> Match:
        """Parse the times and find the zone."""
        begin = seconds_of_day(expand_early(self.after, house))
        end = seconds_of_day(expand_early(self.before, house)) or _DAY
        begin, end = min(begin, end), max(begin, end)
        zone = _zone(expand_early(self.timezone, house))

        def match(p: Peek) -> bool:
            came = datetime.fromtimestamp(p.cx.started, UTC).astimezone(zone)
            seconds = came.hour * 3600 + came.minute * 60 + came.second
            return begin <= seconds < end or p.no(f"the connection came at {came:%H:%M:%S}")

        return match


def seconds_of_day(text: str) -> int:
    """Read ``15:04:05``; nothing at all is midnight. ConfigError in Go's words."""
    if not text:
        return 0
    rest, total = text, 0
    for name, layout, limit in (("hour", "15", 24), ("minute", "04", 60), ("second", "05", 60)):
        if name != "hour":
            if not rest.startswith(":"):
                raise _cannot(text, rest, ":")
            rest = rest[1:]
        digits = _digits(rest, one_will_do=name == "hour")
        if not digits:
            raise _cannot(text, rest, layout)
        if int(digits) >= limit:
            raise ConfigError(f"parsing time {quote_bytes(text)}: {name} out of range")
        total, rest = total * 60 + int(digits), rest[len(digits) :]
    if rest[:1] in (".", ",") and _digits(rest[1:], one_will_do=True):
        rest = rest[1:].lstrip("0123456789")  # fractions of a second do not count
    if rest:
        raise ConfigError(f"parsing time {quote_bytes(text)}: extra text: {quote_bytes(rest)}")
    return total


def _digits(text: str, *, one_will_do: bool) -> str:
    """Return the two digits at the beginning (or one, where that will do)."""
    two = text[:2]
    if len(two) == 2 and two.isascii() and two.isdigit():
        return two
    return two[:1] if one_will_do and two[:1].isascii() and two[:1].isdigit() else ""


def _cannot(text: str, rest: str, wanted: str) -> ConfigError:
    return ConfigError(
        f'parsing time {quote_bytes(text)} as "15:04:05": '
        f"cannot parse {quote_bytes(rest)} as {quote_bytes(wanted)}"
    )


def _zone(name: str) -> tzinfo | None:
    """Find a time zone; None is the machine's own."""
    if name in ("", "UTC"):
        return UTC
    if name == "Local":
        return None
    offset = _offset(name)
    if offset is not None:
        return timezone(offset)
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (LookupError, OSError, ValueError):
        raise ConfigError(f"unknown time zone {name}") from None


def _offset(name: str) -> timedelta | None:
    """Read ``+07``, ``-07:30`` or ``+07:30:00``."""
    if name[:1] not in ("+", "-") or len(name) not in (3, 6, 9) or set(name[3::3]) - {":"}:
        return None
    parts = [name[i : i + 2] for i in range(1, len(name), 3)]
    if not all(part.isascii() and part.isdigit() for part in parts):
        return None
    hours, minutes, seconds = [int(part) for part in (*parts, "0", "0")][:3]
    if hours > 24 or minutes >= 60 or seconds >= 60:
        return None
    size = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return size if name[0] == "+" else -size
