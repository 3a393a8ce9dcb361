"""``string.format``: clauses like ``%s``, ``%d`` and ``%.3f``, as in cel-go's strings library.

What one clause takes is the same when an expression is compiled (where the values are not known,
but perhaps their types) and when it is evaluated.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from caddylite.cel.conversions import duration_to_string
from caddylite.cel.declarations import functions
from caddylite.cel.problems import EvalError
from caddylite.cel.times import write_timestamp
from caddylite.cel.values import Duration, Map, Timestamp, TypeValue, Uint, type_name
from caddylite.gotext import to_string

#: The most digits that may be asked for behind the point, and how many there are otherwise.
MAX_PRECISION: Final = 100
PRECISION: Final = 6

_NUMBERS: Final = ("int", "uint", "double")


@dataclass(frozen=True, slots=True)
class Kind:
    """A clause: the types of values it takes, what is said of others, how a value is written."""

    takes: tuple[str, ...]
    complaint: str
    write: Callable[[Any, int], str]


class FormatError(ValueError):
    """A format, or a value for it, is wrong. ``argument`` is the number of the value, if it is."""

    def __init__(self, message: str, argument: int | None = None) -> None:
        super().__init__(message)
        self.argument = argument


def clauses(pattern: str, count: int) -> Iterator[tuple[str, int, Kind, int]]:
    """Yield the clauses of a format with ``count`` values; FormatError where one is wrong.

    A clause is the text in front of it, the number of its value, its kind, and its precision. The
    last is the text at the end, with a negative number.
    """
    text, at, number = "", 0, 0
    while at < len(pattern):
        if pattern[at] != "%" or pattern.startswith("%%", at):
            text += pattern[at]
            at += 1 + (pattern[at] == "%")
            continue
        if number >= count:
            raise FormatError(f"index {number} out of range")
        if at + 1 == len(pattern):
            raise FormatError("unexpected end of string")
        at, precision = _precision(pattern, at + 1)
        letter = pattern[at]
        if letter not in KINDS:
            raise FormatError(
                f'could not parse formatting clause: unrecognized formatting clause "{letter}"'
            )
        yield text, number, KINDS[letter], precision
        text, at, number = "", at + 1, number + 1
    yield text, -1, KINDS["s"], 0


def _precision(pattern: str, at: int) -> tuple[int, int]:
    """Read ``.3``; return where the clause's letter is, and the number."""
    if pattern[at] != ".":
        return at, PRECISION
    end = at + 1
    while end < len(pattern) and pattern[end] in "0123456789":
        end += 1
    wrong = "could not parse formatting clause: error while parsing precision: "
    if end == len(pattern):
        raise FormatError(wrong + "could not find end of precision specifier")
    digits = pattern[at + 1 : end]
    if not digits or len(digits) > 18:
        why = "value out of range" if digits else "invalid syntax"
        raise FormatError(
            f"{wrong}error while converting precision to integer: "
            f'strconv.Atoi: parsing "{digits}": {why}'
        )
    if int(digits) > MAX_PRECISION:
        raise FormatError(
            f"{wrong}precision {int(digits)} exceeds maximum allowed precision {MAX_PRECISION}"
        )
    return end, int(digits)


def format_values(pattern: str, values: list[Any]) -> str:
    """Fill a format with values."""
    out: list[str] = []
    try:
        for text, number, kind, precision in clauses(pattern, len(values)):
            out.append(text)
            if number >= 0:
                out.append(_write(kind, values[number], precision))
    except FormatError as e:
        raise EvalError(str(e)) from None
    return "".join(out)


def _write(kind: Kind, value: Any, precision: int) -> str:
    name = type_name(value)
    if name not in kind.takes:
        raise FormatError(f"error during formatting: {kind.complaint}, was given {name}")
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "-Infinity" if value < 0 else "Infinity"
    return kind.write(value, precision)


def _string(value: Any, _: int = 0) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_nested(v) for v in value)}]"
    if isinstance(value, Map):
        entries = sorted((_nested(k), _nested(v)) for k, v in value.items())
        return "{" + ", ".join(f"{k}: {v}" for k, v in entries) + "}"
    return _simple(value)


def _simple(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, Uint):
        return str(int(value))
    if isinstance(value, Duration):
        return duration_to_string(value)
    if isinstance(value, Timestamp):
        return write_timestamp(Timestamp(value.nanoseconds))
    return value.name if isinstance(value, TypeValue) else to_string(value)


def _nested(value: Any) -> str:
    return _write(KINDS["s"], value, 0)


def _decimal(value: Any, _: int) -> str:
    return to_string(value) if isinstance(value, float) else str(int(value))


def _hexadecimal(letter: str) -> Callable[[Any, int], str]:
    def write(value: Any, _: int) -> str:
        if isinstance(value, int):
            return format(int(value), letter)
        octets = value if isinstance(value, bytes) else value.encode("utf-8", "surrogateescape")
        return str(octets.hex().upper() if letter == "X" else octets.hex())

    return write


def _in_base(letter: str) -> Callable[[Any, int], str]:
    return lambda value, _: format(int(value), letter)


_HEX_COMPLAINT: Final = "only ints, uints, bytes, and strings can be formatted as hex"
_HEX_TAKES: Final = ("int", "uint", "string", "bytes")
#: The clauses by their letter.
KINDS: Final = {
    "s": Kind(
        ("list", "map", *_NUMBERS, "bool", "string", "google.protobuf.Timestamp", "bytes",
         "google.protobuf.Duration", "type", "null_type"),
        "string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, "
        "types, durations, and timestamps",
        _string,
    ),
    "d": Kind(
        _NUMBERS, "decimal clause can only be used on ints, uints, and doubles", _decimal
    ),
    "f": Kind(
        _NUMBERS, "fixed-point clause can only be used on ints, uints, and doubles",
        lambda value, precision: f"{float(value):.{precision}f}",
    ),
    "e": Kind(
        _NUMBERS, "scientific clause can only be used on ints, uints, and doubles",
        lambda value, precision: f"{float(value):.{precision}e}",
    ),
    "b": Kind(
        ("bool", "int", "uint"), "only ints, uints, and bools can be formatted as binary",
        _in_base("b"),
    ),
    "x": Kind(_HEX_TAKES, _HEX_COMPLAINT, _hexadecimal("x")),
    "X": Kind(_HEX_TAKES, _HEX_COMPLAINT, _hexadecimal("X")),
    "o": Kind(
        ("int", "uint"), "octal clause can only be used on ints and uints", _in_base("o")
    ),
}  # fmt: skip

FORMAT: Final = functions(("format", "string.(list(dyn)) -> string", format_values))
