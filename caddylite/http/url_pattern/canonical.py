"""Components as a URL parser writes them (https://url.spec.whatwg.org)."""

import re
from typing import Final

from caddylite.http.hosts import to_ascii
from caddylite.http.url_pattern.tokens import Malformed

#: The components of a URL, in order.
COMPONENTS: Final = (
    "protocol",
    "username",
    "password",
    "hostname",
    "port",
    "pathname",
    "search",
    "hash",
)

#: Special schemes and their default ports.
SPECIAL_PORTS: Final = {"ftp": "21", "http": "80", "https": "443", "ws": "80", "wss": "443"}

# Sets of what is percent-encoded beside controls and what is not ASCII.
_FRAGMENT = frozenset(' "<>`')
_QUERY = frozenset(' "#<>')
_PATH = _QUERY | frozenset("?^`{}")
_USER = _PATH | frozenset("/:;=@[\\]|")
_FORBIDDEN_IN_HOST = frozenset("\0\t\n\r #/:<>?@[\\]^|%")


def _encode(text: str, marks: frozenset[str]) -> str:
    out = []
    for char in text:
        if char in marks or not " " <= char <= "~":
            out += [f"%{byte:02X}" for byte in char.encode(errors="surrogateescape")]
        else:
            out.append(char)
    return "".join(out)


def _without_breaks(text: str) -> str:
    return re.sub(r"[\t\n\r]", "", text)


def protocol(text: str) -> str:
    """Write a scheme in lower case."""
    if text and not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*", text):
        raise Malformed(f"not a scheme: {text!r}")
    return text.lower()


def user(text: str) -> str:
    """Encode a user name or a password."""
    return _encode(text, _USER)


def host(text: str) -> str:
    """Write a host name (or a piece of one) in lower case and Punycode."""
    lower = to_ascii(text.lower())
    if _FORBIDDEN_IN_HOST.intersection(lower):
        raise Malformed(f"not a host: {text!r}")
    return lower


def ipv6(text: str) -> str:
    """Write an IPv6 address, in its brackets, in lower case."""
    if not re.fullmatch(r"[0-9A-Fa-f:\[\]]*", text):
        raise Malformed(f"not an IPv6 address: {text!r}")
    return text.lower()


def port(text: str) -> str:
    """Write a port without leading zeros."""
    digits = _without_breaks(text)
    if not digits:
        return ""
    if not (digits.isascii() and digits.isdigit() and int(digits) < 1 << 16):
        raise Malformed(f"not a port: {text!r}")
    return str(int(digits))


def pathname(text: str) -> str:
    """Encode a path (or a piece of one) and resolve its dot segments."""
    if not text:
        return ""
    text = _encode(_without_breaks(text), _PATH)
    if text.startswith("/"):
        return _without_dots(text)
    return _without_dots(f"/-{text}")[2:]


def opaque_pathname(text: str) -> str:
    """Encode what stands in the place of a path in a URL without slashes."""
    return _encode(_without_breaks(text), frozenset())


def search(text: str) -> str:
    """Encode a query."""
    return _encode(_without_breaks(text), _QUERY)


def special_search(text: str) -> str:
    """Encode the query of a URL with a special scheme."""
    return _encode(_without_breaks(text), _QUERY | {"'"})


def fragment(text: str) -> str:
    """Encode a fragment."""
    return _encode(_without_breaks(text), _FRAGMENT)


def _without_dots(path: str) -> str:
    out: list[str] = []
    segments = path.split("/")[1:]
    for number, segment in enumerate(segments):
        last = number == len(segments) - 1
        dots = re.sub("%2e", ".", segment, flags=re.IGNORECASE)
        if dots == "..":
            del out[-1:]
        elif dots != ".":
            out.append(segment)
            continue
        if last:
            out.append("")
    return "/" + "/".join(out)


def whole_host(text: str) -> str | None:
    """Write a request's host as a URL parser would; None if it is none."""
    if text.startswith("["):
        return _whole_ipv6(text)
    try:
        name = host(text)
    except Malformed:
        return None
    last = (name.removesuffix(".").rpartition(".")[2]) if name else ""
    if last.isdigit() or re.fullmatch(r"0x[0-9a-f]*", last):
        return _whole_ipv4(name)
    return name or None


def _whole_ipv6(text: str) -> str | None:
    from ipaddress import IPv6Address

    try:
        return f"[{IPv6Address(text[1:-1])}]" if text.endswith("]") else None
    except ValueError:
        return None


def _whole_ipv4(name: str) -> str | None:
    from ipaddress import IPv4Address

    try:
        numbers = [_ipv4_number(part) for part in name.removesuffix(".").split(".")]
    except ValueError:
        return None
    *first, last = numbers
    if len(first) > 3 or any(n > 255 for n in first) or last >= 256 ** (4 - len(first)):
        return None
    value = last + sum(n << (8 * (3 - place)) for place, n in enumerate(first))
    return str(IPv4Address(value))


def _ipv4_number(part: str) -> int:
    if part.startswith("0x"):
        return int(part[2:] or "0", 16)
    return int(part, 8) if part.startswith("0") and len(part) > 1 else int(part)
