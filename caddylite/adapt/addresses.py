"""Site addresses: ``[scheme://]host[:port][/path]``, any part of which may be missing."""

from functools import cache

import msgspec

from caddylite.errors import ConfigError
from caddylite.gonumbers import atoi
from caddylite.netaddr import join_host_port, split_host_port

_MAX_BYTES = 4096


class Address(msgspec.Struct, frozen=True):
    """A site address in its parts; what is not there is empty. ``original`` is as written."""

    original: str
    scheme: str = ""
    host: str = ""
    port: str = ""
    path: str = ""

    def __str__(self) -> str:
        """Return it as a URL, with the scheme that its port suggests."""
        if not self.host and not self.port:
            return ""
        scheme = self.scheme or ("https" if self.port == "443" else "http")
        usual = {"http": "80", "https": "443"}.get(scheme)
        host = self.host
        if self.port and usual is not None and self.port != usual:
            host = join_host_port(host, self.port)
        return f"{scheme}://{host}{self.path}"


def parse_address(text: str) -> Address:
    """Read a site address in its normal form; ConfigError for an impossible port."""
    text = _shortened(text).strip()
    scheme, separator, rest = text.partition("://")
    if not separator:
        scheme, rest = "", text
    authority, slash, path = rest.partition("/")
    host, port = _split_authority(authority)
    if port:
        _check_port(port)
    return Address(
        text, lowered(scheme), lowered(_normal_ip(host.strip())), port, slash and f"/{path}"
    )


def _shortened(text: str) -> str:
    if len(text) * 4 <= _MAX_BYTES:
        return text
    return text.encode(errors="surrogateescape")[:_MAX_BYTES].decode(errors="surrogateescape")


def _split_authority(authority: str) -> tuple[str, str]:
    """Split host and port; where that cannot be done, all of it is the host."""
    if ":" not in authority and "[" not in authority and "]" not in authority:
        return authority, ""
    for attempt in (authority, f"{authority}:"):
        try:
            return split_host_port(attempt)
        except ValueError:
            continue
    return authority, ""


@cache
def _check_port(port: str) -> None:
    try:
        number = atoi(port)
    except ValueError as e:
        raise ConfigError(f"invalid port '{port}': {e}").as_is() from None
    if not 0 <= number <= 65535:
        raise ConfigError(f"port {number} is out of range").as_is()


def _normal_ip(host: str) -> str:
    """Write an IPv6 address in its short form (RFC 5952); anything else stays as it is."""
    if ":" not in host:
        return host
    from ipaddress import IPv6Address

    from caddylite.ip import parse_address as parse_ip

    try:
        bits, number = parse_ip(host)
    except ValueError:
        return host
    if bits != 128 or number >> 32 == 0xFFFF:
        return host
    _, percent, zone = host.partition("%")
    return f"{IPv6Address(number)}{percent}{zone}"


def lowered(text: str) -> str:
    """Lower the letters outside of placeholders (``{…}``; a backslash takes a brace's meaning)."""
    if text.isascii():
        if "{" not in text:
            return text.lower()
    elif "{" not in text:
        return "".join(map(_lower_rune, text))
    out, escaped, inside = [], False, False
    for c in text:
        if c == "\\" and not escaped:
            escaped = True
            out.append(c)
            continue
        if c == "{" and not escaped:
            inside = True
        if c == "}" and inside and not escaped:
            inside = False
        out.append(c if inside else _lower_rune(c))
        escaped = False
    return "".join(out)


def _lower_rune(c: str) -> str:
    return c.lower()[:1]
