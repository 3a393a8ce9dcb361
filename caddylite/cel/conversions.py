"""Conversions between types: ``int()``, ``string()`` and the like."""

import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from caddylite import values as spans
from caddylite.cel.declarations import functions, generic
from caddylite.cel.operators import as_int, as_timestamp, as_uint
from caddylite.cel.problems import EvalError
from caddylite.cel.times import SECOND, parse_timestamp, seconds_of, write_timestamp
from caddylite.cel.values import Duration, TypeValue, Uint, type_name
from caddylite.gonumbers import parse_bool, parse_float, parse_int, parse_uint
from caddylite.gotext import to_string


def _reading(target: str, read: Callable[[str], Any]) -> Callable[[str], Any]:
    """Make a conversion from text; ValueError says that the text does not fit."""

    def convert(text: str) -> Any:
        try:
            return read(text)
        except ValueError:
            raise EvalError(f"type conversion error from 'string' to '{target}'") from None

    return convert


def _double_to_int(number: float) -> int:
    if not -(2.0**63) < number < 2.0**63:
        raise EvalError("integer overflow")
    return int(number)


def _double_to_uint(number: float) -> Uint:
    if not 0 <= number < 2.0**64:
        raise EvalError("unsigned integer overflow")
    return Uint(int(number))


def _read_duration(text: str) -> Duration:
    return Duration(int(spans.Duration.parse_go(text)))


def _bytes_to_string(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        raise EvalError("invalid UTF-8 in bytes, cannot convert to string") from None


def duration_to_string(span: Duration) -> str:
    """Write a span in seconds: ``90s``."""
    return to_string(seconds_of(span)) + "s"


def _double_to_string(number: float) -> str:
    """Write a double as Go's ``%g`` does: with an exponent from a million on and below 0.0001."""
    if not number or not math.isfinite(number) or 1e-4 <= abs(number) < 1e6:
        return to_string(number)
    sign, digits, exponent = Decimal(repr(number)).as_tuple()
    text = "".join(map(str, digits)).rstrip("0")
    power = len(digits) + int(exponent) - 1
    point = "." if len(text) > 1 else ""
    return f"{'-' * sign}{text[0]}{point}{text[1:]}e{power:+03}"


def _same(value: Any) -> Any:
    return value


#: The functions that convert; constants are converted when the expression is compiled.
CONVERSIONS: Final = {
    **functions(
        ("bool", "(bool) -> bool", _same),
        ("bool", "(string) -> bool", _reading("bool", parse_bool)),
        ("bytes", "(bytes) -> bytes", _same),
        ("bytes", "(string) -> bytes", lambda text: text.encode("utf-8", "surrogateescape")),
        ("double", "(double) -> double", _same),
        ("double", "(int) -> double", float),
        ("double", "(string) -> double", _reading("double", parse_float)),
        ("double", "(uint) -> double", float),
        ("duration", "(duration) -> duration", _same),
        ("duration", "(string) -> duration", _reading("google.protobuf.Duration", _read_duration)),
        ("int", "(int) -> int", _same),
        ("int", "(double) -> int", _double_to_int),
        ("int", "(duration) -> int", lambda span: span.nanoseconds),
        ("int", "(string) -> int", _reading("int", parse_int)),
        ("int", "(timestamp) -> int", lambda moment: moment.nanoseconds // SECOND),
        ("int", "(uint) -> int", lambda number: as_int(int(number))),
        ("string", "(string) -> string", _same),
        ("string", "(bool) -> string", to_string),
        ("string", "(bytes) -> string", _bytes_to_string),
        ("string", "(double) -> string", _double_to_string),
        ("string", "(duration) -> string", duration_to_string),
        ("string", "(int) -> string", str),
        ("string", "(timestamp) -> string", write_timestamp),
        ("string", "(uint) -> string", lambda number: str(int(number))),
        ("timestamp", "(timestamp) -> timestamp", _same),
        ("timestamp", "(int) -> timestamp", lambda number: as_timestamp(number * SECOND)),
        ("timestamp", "(string) -> timestamp",
         _reading("google.protobuf.Timestamp", parse_timestamp)),
        ("uint", "(uint) -> uint", _same),
        ("uint", "(double) -> uint", _double_to_uint),
        ("uint", "(int) -> uint", as_uint),
        ("uint", "(string) -> uint", _reading("uint", lambda text: Uint(parse_uint(text)))),
    ),
    "dyn": generic(_same, "(A) -> dyn"),
    "type": generic(lambda value: TypeValue(type_name(value)), "(A) -> type(A)"),
}  # fmt: skip
