"""URLs as Go's ``net/url`` takes them apart, with its words when it cannot."""

import re

import msgspec

from caddylite.gonumbers import quote
from caddylite.ip import parse_address

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_USERINFO = re.compile(r"[A-Za-z0-9\-._:~!$&'()*+,;=%@]*")
_PORT = re.compile(r"(?::[0-9]*)?")
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_HOST = frozenset(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~!$&'()*+,;=:[]<>\""
)


class URL(msgspec.Struct, frozen=True):
    """The parts of a URL; what is not there is empty. ``host`` is without brackets."""

    scheme: str
    host: str
    port: str
    path: str
    query: str
    fragment: str


def parse_url(text: str) -> URL:
    """Take a URL apart. ValueError (``parse "http://a:b": invalid port …``) if it is not one."""
    shown, _, fragment = text.partition("#")
    try:
        scheme, authority, path, query = _split(shown)
        host, port = _host_port(_authority(scheme, authority))
        _check_escapes(path)
    except ValueError as e:
        raise ValueError(f"parse {quote(shown)}: {e}") from None
    try:
        _check_escapes(fragment)
    except ValueError as e:
        raise ValueError(f"parse {quote(text)}: {e}") from None
    return URL(scheme, host, port, _unquoted(path), query, _unquoted(fragment))


def _split(text: str) -> tuple[str, str, str, str]:
    """Split into scheme, authority, path and query."""
    if any(c < " " or c == "\x7f" for c in text):
        raise ValueError("net/url: invalid control character in URL")
    if text.startswith(":"):
        raise ValueError("missing protocol scheme")
    found = _SCHEME.match(text)
    scheme = found[1].lower() if found else ""
    rest, _, query = text[found.end() if found else 0 :].partition("?")
    if not rest.startswith("/"):
        if scheme:
            return scheme, "", "", query  # what follows is opaque: not a path
        if ":" in rest.partition("/")[0]:
            raise ValueError("first path segment in URL cannot contain colon")
    authority = ""
    if rest.startswith("//") and (scheme or not rest.startswith("///")):
        authority, slash, path = rest[2:].partition("/")
        rest = slash + path
    return scheme, authority, rest, query


def _authority(scheme: str, authority: str) -> str:
    """Return the host and port of an authority, checked and unescaped."""
    userinfo, _, host = authority.rpartition("@")
    host = _bracketed(host) if host.startswith("[") else _plain(scheme, host)
    if not _USERINFO.fullmatch(userinfo):
        raise ValueError("net/url: invalid userinfo")
    for part in userinfo.split(":", 1):
        _check_escapes(part)
    return host


def _plain(scheme: str, host: str) -> str:
    if "[" in host:
        raise ValueError("invalid IP-literal")
    colon = host.find(":")
    if scheme not in ("http", "https"):
        colon = host.rfind(":")
    if colon >= 0:
        _check_port(host[colon:])
    return _unescape_host(host)


def _bracketed(host: str) -> str:
    if host.rfind("[") > 0:
        raise ValueError("invalid IP-literal")
    end = host.rfind("]")
    if end < 0:
        raise ValueError("missing ']' in host")
    port = host[end + 1 :]
    _check_port(port)
    name, percent, zone = host[1:end].partition("%25")
    address = _unescape_host(name)
    if percent:
        _check_escapes(zone)
        address += _unquoted(percent + zone)
    try:
        bits, _ = parse_address(address)
    except ValueError as e:
        raise ValueError(f"invalid host: {e}") from None
    if bits == 32:
        raise ValueError("invalid IP-literal")
    return f"[{address}]{port}"


def _unquoted(text: str) -> str:
    if "%" not in text:
        return text
    from urllib.parse import unquote

    return unquote(text)


def _check_port(text: str) -> None:
    if not _PORT.fullmatch(text):
        raise ValueError(f"invalid port {quote(text)} after host")


def _unescape_host(host: str) -> str:
    """Undo percent-encoding, which in a host may only stand for bytes that are not ASCII."""
    at = 0
    while at < len(host):
        if host[at] == "%":
            escape = _escape_at(host, at)
            if escape[1] < "8" and escape != "%25":
                raise ValueError(f"invalid URL escape {quote(escape)}")
            at += 3
        elif host[at] < "\x80" and host[at] not in _HOST:
            raise ValueError(f"invalid character {quote(host[at])} in host name")
        else:
            at += 1
    return _unquoted(host)


def _check_escapes(text: str) -> None:
    at = text.find("%")
    while at >= 0:
        _escape_at(text, at)
        at = text.find("%", at + 3)


def _escape_at(text: str, at: int) -> str:
    """Return the escape at a place; ValueError, which shows three bytes, if it is not one."""
    if _ESCAPE.match(text, at):
        return text[at : at + 3]
    shown = text[at:].encode("utf-8", "surrogateescape")[:3].decode("utf-8", "surrogateescape")
    raise ValueError(f"invalid URL escape {quote(shown)}")


def _host_port(text: str) -> tuple[str, str]:
    """Split off the port; a host in brackets loses them."""
    host, colon, port = text.rpartition(":")
    if not colon or not _PORT.fullmatch(colon + port):
        host, port = text, ""
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    return host, port
