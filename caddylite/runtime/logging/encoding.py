"""Records written down: as JSON or for people to read, like zap's encoders.

Times are seconds since the epoch. A field called ``duration`` that is a float is a span of time,
in seconds.
"""

import re
from collections.abc import Callable
from typing import Any, Final

import msgspec

from caddylite.caddy.logging.record_text import RecordEncoder
from caddylite.context import DEBUG, ERROR, INFO, WARN
from caddylite.runtime.logging.go_time import format_time, iso8601, nanoseconds

#: Writes a record down: level, time, logger name, message, fields; line ending included.
Encode = Callable[[int, float, str, str, dict[str, Any]], str]

FATAL: Final = 50
NAMES: Final = {DEBUG: "debug", INFO: "info", WARN: "warn", ERROR: "error", FATAL: "fatal"}
_COLOURS: Final = {DEBUG: 35, INFO: 34, WARN: 33, ERROR: 31, FATAL: 31}
_LAYOUTS: Final = {
    "rfc3339": "2006-01-02T15:04:05Z07:00",
    "rfc3339_nano": "2006-01-02T15:04:05.999999999Z07:00",
    "wall": "2006/01/02 15:04:05",
    "wall_milli": "2006/01/02 15:04:05.000",
    "wall_nano": "2006/01/02 15:04:05.000000000",
    "common_log": "02/Jan/2006:15:04:05 -0700",
}
_NOT_TEXT: Final = re.compile("[\ud800-\udfff]")


def json_encoder(options: RecordEncoder | None = None) -> Encode:
    """Return what writes one JSON object a line: level, time, logger, message, the fields."""
    form = _Form(options)

    def encode(level: int, now: float, name: str, message: str, fields: dict[str, Any]) -> str:
        record: dict[str, Any] = {}
        shown = form.level(level)
        if form.level_key and shown is not None:
            record[form.level_key] = shown
        if form.time_key:
            record[form.time_key] = form.time(now)
        if name and form.name_key:
            record[form.name_key] = name
        if form.message_key:
            record[form.message_key] = message
        # A key may come twice, as it does from zap: the fields' own are written all the same.
        twice = record.keys() & fields.keys()
        if not twice:
            record.update(form.fields(fields))
            return dumps(record) + form.line_ending
        head = dumps(record)[:-1]
        return f"{head},{dumps(form.fields(fields))[1:]}{form.line_ending}"

    return encode


def console_encoder(options: RecordEncoder | None = None) -> Encode:
    """Return what writes for people: time, level, logger and message, then the fields as JSON."""
    form = _Form(options, "color", "wall_milli")

    def encode(level: int, now: float, name: str, message: str, fields: dict[str, Any]) -> str:
        words = []
        if form.time_key:
            stamp = form.time(now)
            words.append(stamp if isinstance(stamp, str) else dumps(stamp))
        shown = form.level(level)
        if form.level_key and shown is not None:
            words.append(shown)
        if name and form.name_key:
            words.append(name)
        if form.message_key:
            words.append(message)
        if fields:
            words.append(spaced(dumps(form.fields(fields))))
        return "\t".join(words) + form.line_ending

    return encode


class Span(float):
    """A span of time in seconds, whatever its field is called."""

    __slots__ = ()


class _Form:
    """The options of an encoder, made ready."""

    def __init__(
        self, options: RecordEncoder | None, level_format: str = "", time_format: str = ""
    ) -> None:
        given = options or RecordEncoder()
        self.level_key = "level" if given.level_key is None else given.level_key
        self.time_key = "ts" if given.time_key is None else given.time_key
        self.name_key = "logger" if given.name_key is None else given.name_key
        self.message_key = "msg" if given.message_key is None else given.message_key
        self.line_ending = given.line_ending or "\n"
        self.time = _time_form(given.time_format or time_format, given.time_local)
        self.level = _level_form(given.level_format or level_format)
        self._span = _SPANS.get(given.duration_format, float)

    def fields(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Return the fields in the form in which they are dumped."""
        out = {}
        for key, value in fields.items():
            if type(value) is Span or (key == "duration" and type(value) is float):
                out[key] = go_float(self._span(round(value, 9)))
            elif type(value) is float:
                out[key] = go_float(value)
            else:
                out[key] = value
        return out


def _go_text(seconds: float) -> str:
    from caddylite.values import Duration

    return Duration(round(seconds * 1e9)).text


_SPANS: Final[dict[str, Callable[[float], Any]]] = {
    **dict.fromkeys(("ns", "nano", "nanos"), lambda s: round(s * 1e9)),
    **dict.fromkeys(("ms", "milli", "millis"), lambda s: round(s * 1e9) // 1_000_000),
    "string": _go_text,
}


def _time_form(form: str, local: bool) -> Callable[[float], Any]:
    if form in ("", "unix_seconds_float"):
        return go_float
    if form == "unix_milli_float":
        return lambda now: go_float(now * 1e3)
    if form == "unix_nano":
        return nanoseconds
    if form == "iso8601":
        return iso8601
    layout = _LAYOUTS.get(form, form)
    return lambda now: format_time(now, layout, local)


def _level_form(form: str) -> Callable[[int], str | None]:
    if form in ("", "lower"):
        return NAMES.__getitem__
    if form == "upper":
        return lambda level: NAMES[level].upper()
    if form == "color":
        return lambda level: f"\x1b[{_COLOURS[level]}m{NAMES[level].upper()}\x1b[0m"
    return lambda level: None  # so does Caddy with a form it does not know


def go_float(value: Any) -> Any:
    """Return a number so that it is written without an exponent, as Go writes it."""
    if type(value) is not float or (1e-4 <= abs(value) < 1e15 and value % 1):
        return value
    if value != value or value in (float("inf"), float("-inf")):
        return {"nan": "NaN", "inf": "+Inf", "-inf": "-Inf"}[repr(value)]
    from decimal import Decimal

    text = format(Decimal(repr(value)), "f")
    return msgspec.Raw((text.rstrip("0").rstrip(".") if "." in text else text).encode())


def dumps(value: Any) -> str:
    """Write JSON as zap does: no blanks, nothing escaped that need not be."""
    try:
        return msgspec.json.encode(value, enc_hook=str).decode()
    except (TypeError, ValueError, OverflowError):
        return _dumps_anything(value)


def _dumps_anything(value: Any) -> str:
    """Write what the quick way refuses: text that is not Unicode, odd keys, big numbers."""
    import json

    def plain(x: Any) -> Any:
        if isinstance(x, str):
            return _NOT_TEXT.sub("\ufffd", x)
        if isinstance(x, dict):
            return {plain(str(k)): plain(v) for k, v in x.items()}
        if isinstance(x, list | tuple | set | frozenset):
            return [plain(v) for v in x]
        if isinstance(x, msgspec.Raw):
            return json.loads(bytes(x))
        return x if isinstance(x, int | float | None) else plain(str(x))

    return json.dumps(plain(value), ensure_ascii=False, separators=(",", ":"))


def spaced(text: str) -> str:
    """Put a blank behind the commas and colons of JSON on one line."""
    return msgspec.json.format(text, indent=0)
