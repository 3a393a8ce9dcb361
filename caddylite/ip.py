"""IP addresses and prefixes as Go's ``netip`` reads them, with its words when it cannot.

An address is a pair ``(bits, number)``: ``(32, 0x7f000001)``, ``(128, 1)``. Caddy's complaints end
in what ``netip`` said, so these functions raise ValueError with that text. Nothing is imported, so
that adapting a config stays quick.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Final

from caddylite.gonumbers import quote

#: Number of bits (32 or 128) and value.
Address = tuple[int, int]
#: Number of bits of the address family, the leading bits as a number, how many bits they are not.
Prefix = tuple[int, int, int]

#: What the word ``private_ranges`` stands for in a Caddyfile.
PRIVATE_RANGES: Final = (
    "192.168.0.0/16",
    "172.16.0.0/12",
    "10.0.0.0/8",
    "127.0.0.1/8",
    "fd00::/8",
    "::1",
)

_HEX = frozenset("0123456789abcdefABCDEF")


class _Bad(ValueError):
    """What is wrong, and where in the text."""

    def __init__(self, why: str, at: str = "") -> None:
        super().__init__(why + (f" (at {quote(at)})" if at else ""))


def parse_address(text: str) -> Address:
    """Read an address; a zone is refused only where it is empty, and dropped."""
    return _parse(text)[0]


def _parse(text: str) -> tuple[Address, str]:
    try:
        for char in text:
            if char == ".":
                return (32, _ipv4(text)), ""
            if char == ":":
                bare, percent, zone = text.partition("%")
                if percent and not zone:
                    raise _Bad("zone must be a non-empty string")
                return (128, _ipv6(bare)), zone
            if char == "%":
                raise _Bad("missing IPv6 address")
        raise _Bad("unable to parse IP")
    except _Bad as e:
        raise ValueError(f"ParseAddr({quote(text)}): {e}") from None


def _ipv4(text: str) -> int:
    value = 0
    at = 0
    fields = text.split(".")
    for position, field in enumerate(fields):
        digits = 0
        while digits < len(field) and "0" <= field[digits] <= "9":
            digits += 1
            if digits > 1 and field[0] == "0":
                raise _Bad("IPv4 field has octet with leading zero")
            if int(field[:digits]) > 255:
                raise _Bad("IPv4 field has value >255")
        if digits < len(field):
            raise _Bad("unexpected character", text[at + digits :])
        if not field:
            dot = at - 1 if position and text.endswith(".") and position == len(fields) - 1 else at
            raise _Bad("IPv4 field must have at least one digit", text[dot:])
        if position == 3 and len(fields) > 4 and fields[4:] != [""]:
            raise _Bad("IPv4 address too long")
        value = value << 8 | int(field)
        at += len(field) + 1
    if len(fields) < 4:
        raise _Bad("IPv4 address too short")
    return value


def _ipv6(text: str) -> int:
    """Read groups from the left; ``gap`` is how many of them stand before the ``::``."""
    groups: list[int] = []
    gap = -1
    rest = text
    if rest.startswith("::"):
        gap, rest = 0, rest[2:]
    while rest and len(groups) < 8:
        size = next((i for i, c in enumerate(rest) if c not in _HEX), len(rest))
        if size > 4:
            raise _Bad("each group must have 4 or less digits", rest)
        if not size:
            raise _Bad("each colon-separated field must have at least one digit", rest)
        if rest[size : size + 1] == ".":
            if gap < 0 and len(groups) != 6:
                why = "embedded IPv4 address must replace the final 2 fields of the address"
                raise _Bad(why, rest)
            if len(groups) > 6:
                why = "too many hex fields to fit an embedded IPv4 at the end of the address"
                raise _Bad(why, rest)
            number = _ipv4(rest)
            groups += (number >> 16, number & 0xFFFF)
            rest = ""
            break
        groups.append(int(rest[:size], 16))
        rest = rest[size:]
        if not rest:
            break
        if rest[0] != ":":
            raise _Bad("unexpected character, want colon", rest)
        if len(rest) == 1:
            raise _Bad("colon must be followed by more characters", rest)
        rest = rest[1:]
        if rest[0] == ":":
            if gap >= 0:
                raise _Bad("multiple :: in address", rest)
            gap, rest = len(groups), rest[1:]
    return _join(groups, gap, rest)


def _join(groups: list[int], gap: int, rest: str) -> int:
    if rest:
        raise _Bad("trailing garbage after address", rest)
    if len(groups) < 8:
        if gap < 0:
            raise _Bad("address string too short")
        groups[gap:gap] = [0] * (8 - len(groups))
    elif gap >= 0:
        raise _Bad("the :: must expand to at least one field of zeros")
    value = 0
    for group in groups:
        value = value << 16 | group
    return value


def parse_prefix(text: str) -> Prefix:
    """Read CIDR notation; bits behind the prefix are ignored."""
    where = f"netip.ParsePrefix({quote(text)}): "
    address, slash, length = text.rpartition("/")
    if not slash:
        raise ValueError(where + "no '/'")
    try:
        (bits, number), zone = _parse(address)
    except ValueError as e:
        raise ValueError(where + str(e)) from None
    if zone:
        raise ValueError(where + "IPv6 zones cannot be present in a prefix")
    decimal = length.isascii() and length.isdigit() and (length == "0" or length[0] != "0")
    if not decimal:
        raise ValueError(where + "bad bits after slash: " + quote(length))
    if int(length) > bits:
        raise ValueError(where + "prefix length out of range")
    free = bits - int(length)
    return bits, number >> free, free


def parse_range(text: str, quoted: bool = True) -> Prefix:
    """Read an address or CIDR notation; the words are Caddy's.

    ``quoted``: whether a bad prefix is named in the complaint (the TLS app does not).
    """
    try:
        if "/" in text:
            return parse_prefix(text)
        (bits, number), _ = _parse(text)
    except ValueError as e:
        if "/" in text:
            raise ValueError(
                "parsing CIDR expression: " + (f"'{text}': {e}" if quoted else str(e))
            ) from None
        raise ValueError(f"invalid IP address: '{text}': {e}") from None
    return bits, number, 0


def ranges_test(prefixes: Iterable[Prefix]) -> Callable[[str], bool]:
    """Return a test: is an address (its text, without a port) in one of these?

    As with ``netip``, an address with a zone is in no prefix, and an IPv4 address in no IPv6 one.
    """
    by_shape: dict[tuple[int, int], set[int]] = {}
    for bits, number, free in prefixes:
        by_shape.setdefault((bits, free), set()).add(number)
    shapes = tuple((bits, free, frozenset(numbers)) for (bits, free), numbers in by_shape.items())

    @lru_cache(maxsize=1024)
    def test(address: str) -> bool:
        try:
            (bits, number), zone = _parse(address)
        except ValueError:
            return False
        if zone:
            return False
        return any(b == bits and number >> free in numbers for b, free, numbers in shapes)

    return test
