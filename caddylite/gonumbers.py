"""Numbers read from text with Go's rules and Go's words when they cannot be read.

Caddy's complaints end in whatever ``strconv`` or ``humanize`` said, so these raise ValueError
with that text.
"""

import re

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_FLOAT = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_BETWEEN_DIGITS = re.compile(r"(?<=[0-9])_(?=[0-9])")
_SPECIAL = re.compile(r"[+-]?(?:inf|infinity)|nan", re.I)
_SIZE = re.compile(r"[0-9.,]*")
_MAX_UINT64 = (1 << 64) - 1
_SHORT_ESCAPES = {
    '"': '\\"', "\\": "\\\\", "\a": "\\a", "\b": "\\b", "\f": "\\f",
    "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v",
}  # fmt: skip


def quote(text: str) -> str:
    """Return the text as Go's ``%q`` prints it."""
    out = []
    for c in text:
        if c in _SHORT_ESCAPES:
            out.append(_SHORT_ESCAPES[c])
        elif c.isprintable():
            out.append(c)
        elif ord(c) < 0x80:
            out.append(f"\\x{ord(c):02x}")
        elif "\udc80" <= c <= "\udcff":  # a byte that is not UTF-8
            out.append(f"\\x{ord(c) - 0xDC00:02x}")
        else:
            out.append(f"\\u{ord(c):04x}" if ord(c) < 0x10000 else f"\\U{ord(c):08x}")
    return '"' + "".join(out) + '"'


def atoi(text: str) -> int:
    """Read a decimal integer of 64 bits (``strconv.Atoi``)."""
    return _integer(text, 64, "Atoi")


def parse_int(text: str, bits: int = 64) -> int:
    """Read a decimal integer that fits so many bits (``strconv.ParseInt``)."""
    return _integer(text, bits, "ParseInt")


def _integer(text: str, bits: int, function: str) -> int:
    digits = text[1:] if text[:1] in ("+", "-") else text
    value = _digits(text, digits, 64, 10, function)
    if text.startswith("-"):
        value = -value
    if not -(1 << (bits - 1)) <= value < 1 << (bits - 1):
        raise ValueError(f"strconv.{function}: parsing {quote(text)}: value out of range")
    return value


def parse_uint(text: str, bits: int = 64, base: int = 10) -> int:
    """Read an integer without a sign (``strconv.ParseUint``)."""
    return _digits(text, text, bits, base, "ParseUint")


def _digits(text: str, digits: str, bits: int, base: int, function: str) -> int:
    """Read digits; what is wrong with ``text`` is whatever comes first in it."""
    value = 0
    for c in digits or "?":
        digit = _DIGITS.find(c.lower()) if c.isascii() else -1
        if not 0 <= digit < base:
            raise ValueError(f"strconv.{function}: parsing {quote(text)}: invalid syntax")
        value = value * base + digit
        if value >> bits:
            raise ValueError(f"strconv.{function}: parsing {quote(text)}: value out of range")
    return value


def parse_float(text: str) -> float:
    """Read a floating-point number (``strconv.ParseFloat`` with 64 bits)."""
    number = _BETWEEN_DIGITS.sub("", text)
    if not _FLOAT.fullmatch(number) and not _SPECIAL.fullmatch(number):
        try:
            if number.lstrip("+-")[:2].lower() == "0x" and "p" in number.lower():
                return float.fromhex(number)
        except ValueError:
            pass
        raise ValueError(f"strconv.ParseFloat: parsing {quote(text)}: invalid syntax")
    value = float(number)
    if value in (float("inf"), float("-inf")) and not _SPECIAL.fullmatch(number):
        raise ValueError(f"strconv.ParseFloat: parsing {quote(text)}: value out of range")
    return value


def parse_bool(text: str) -> bool:
    """Read one of Go's words for a truth value (``strconv.ParseBool``)."""
    if text in ("1", "t", "T", "true", "TRUE", "True"):
        return True
    if text in ("0", "f", "F", "false", "FALSE", "False"):
        return False
    raise ValueError(f"strconv.ParseBool: parsing {quote(text)}: invalid syntax")


def _units() -> dict[str, int]:
    out = {"": 1, "b": 1}
    for power, letter in enumerate("kmgtpe", 1):
        out |= {letter: 1000**power, f"{letter}b": 1000**power}
        out |= {f"{letter}i": 1024**power, f"{letter}ib": 1024**power}
    return out


_UNITS = _units()


def parse_size(text: str) -> int:
    """Read a byte count: ``10MB``, ``4KiB``, ``1,024`` (``humanize.ParseBytes``)."""
    found = _SIZE.match(text)
    end = found.end() if found else 0
    number = text[:end].replace(",", "")
    value = parse_float(number)
    unit = text[end:].strip().lower()
    if unit not in _UNITS:
        raise ValueError(f"unhandled size name: {unit}")
    if "." in number:
        exact = int(value * _UNITS[unit]) if value * _UNITS[unit] < _MAX_UINT64 else 1 << 64
    else:
        exact = int(number) * _UNITS[unit]
    if exact > _MAX_UINT64:
        raise ValueError(f"too large: {text}")
    return exact


def signed64(value: int) -> int:
    """Return what Go's ``int64()`` makes of an unsigned number: the same 64 bits with a sign."""
    return value - (1 << 64) if value >> 63 else value
