"""Times in Go's layouts: the reference time ``Mon Jan 2 15:04:05 MST 2006`` written as wanted."""

import re
import time
from datetime import UTC, datetime
from typing import Final

_PARTS: Final = re.compile(
    r"January|Jan|Monday|Mon|MST|2006|-07:00|-0700|-07|Z07:00|Z0700|"
    r"[.,](?:0+|9+)(?!\d)|002|01|02|03|04|05|06|15|PM|pm|_2|[1-5]"
)
_STRFTIME: Final = {
    "January": "%B", "Jan": "%b", "Monday": "%A", "Mon": "%a", "2006": "%Y", "002": "%j",
    "01": "%m", "02": "%d", "03": "%I", "04": "%M", "05": "%S", "06": "%y", "15": "%H",
    "PM": "%p", "MST": "%Z",
}  # fmt: skip
_SHORT: Final = {"1": "%m", "2": "%d", "3": "%I", "4": "%M", "5": "%S"}


def format_time(seconds: float, layout: str, local: bool = False) -> str:
    """Write a time (seconds since the epoch) in a layout, in UTC or in the local zone."""
    whole, rest = divmod(nanoseconds(seconds), 1_000_000_000)
    moment = datetime.fromtimestamp(whole, UTC)
    if local:
        moment = moment.astimezone()
    fraction = f"{rest:09d}"
    return _PARTS.sub(lambda found: _part(found.group(), moment, fraction), layout)


def nanoseconds(seconds: float) -> int:
    """Return a time since the epoch in nanoseconds, as exact as the number is (microseconds)."""
    whole = int(seconds // 1)
    return (whole * 1_000_000 + round((seconds - whole) * 1e6)) * 1000


def _part(text: str, moment: datetime, fraction: str) -> str:
    if text[0] in ".,":
        digits = fraction[: len(text) - 1]
        if text[1] == "9":
            digits = digits.rstrip("0")
            return text[0] + digits if digits else ""
        return text[0] + digits
    if text in _STRFTIME:
        return moment.strftime(_STRFTIME[text])
    if text in _SHORT:
        return str(int(moment.strftime(_SHORT[text])))
    if text == "_2":
        return f"{moment.day:2d}"
    if text == "pm":
        return moment.strftime("%p").lower()
    return _zone(text, moment)


def _zone(text: str, moment: datetime) -> str:
    offset = moment.strftime("%z")[:5]
    if text[0] == "Z" and offset == "+0000":
        return "Z"
    if text == "-07":
        return offset[:3]
    return f"{offset[:3]}:{offset[3:]}" if ":" in text else offset


def iso8601(seconds: float) -> str:
    """Write a time as zap's ISO 8601: milliseconds, and the local zone."""
    return format_time(seconds, "2006-01-02T15:04:05.000Z0700", local=bool(time.timezone))
