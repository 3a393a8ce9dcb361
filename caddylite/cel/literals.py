"""What numbers, strings and bytes written in an expression stand for."""

import re
from typing import Final

from caddylite.cel.values import INT_MAX, INT_MIN, UINT_MAX, Uint

_PLAIN: Final = {
    "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v",
}  # fmt: skip
_ESCAPE: Final = re.compile(
    r"\\(?:([0-3][0-7]{2})|[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([\s\S]))"
)


def integer(text: str) -> int:
    """Read a signed number of 64 bits; ValueError if it is too large."""
    number = _number(text)
    if not INT_MIN <= number <= INT_MAX:
        raise ValueError("invalid int literal")
    return number


def unsigned(text: str) -> Uint:
    """Read an unsigned number of 64 bits, with its ``u``; ValueError if it is too large."""
    number = _number(text[:-1])
    if number > UINT_MAX:
        raise ValueError("invalid uint literal")
    return Uint(number)


def _number(text: str) -> int:
    if len(text) > 400:
        return UINT_MAX + 1
    return int(text, 16 if "0x" in text else 10)


def double(text: str) -> float:
    """Read a floating-point number; ValueError if it is too large."""
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError("invalid double literal")
    return number


def string(text: str) -> str:
    """Take off the quotes and read the escapes; ValueError if one stands for no character."""
    inside, raw = _inside(text)
    return inside if raw else _ESCAPE.sub(_character, inside)


def octets(text: str) -> bytes:
    """Read bytes (``b'…'``): ``\\x`` and octal escapes are bytes, other characters UTF-8."""
    inside, raw = _inside(text[1:])
    if raw:
        return inside.encode("utf-8", "surrogateescape")
    out, end = bytearray(), 0
    for match in _ESCAPE.finditer(inside):
        if match[3] or match[4]:
            raise ValueError("unable to unescape string")
        out += inside[end : match.start()].encode("utf-8", "surrogateescape")
        out.append(ord(_character(match)))
        end = match.end()
    return bytes(out + inside[end:].encode("utf-8", "surrogateescape"))


def _inside(text: str) -> tuple[str, bool]:
    """Return what is between the quotes, with plain line ends, and whether it is raw."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    raw = text[0] in "rR"
    if raw:
        text = text[1:]
    width = 3 if len(text) >= 6 and text[:3] in ('"""', "'''") else 1
    return text[width:-width], raw


def _character(match: re.Match[str]) -> str:
    octal, two, four, eight, plain = match.groups()
    if plain:
        return _PLAIN.get(plain, plain)
    code = int(octal, 8) if octal else int(two or four or eight, 16)
    if code > 0x10FFFF or 0xD800 <= code < 0xE000:
        raise ValueError("invalid unicode code point")
    return chr(code)
