"""The placeholders of a request: ``http.request.*``, ``http.vars.*`` and what matchers found out.

The names are documented at https://caddyserver.com/docs/json/apps/http/#docs. What needs more than
the request itself (``http.request.uuid``, ``http.request.orig_uri``, the client's certificate, the
response) is asked of ``request.resolve``, the server's part.
"""

from collections.abc import Callable
from typing import Any, Final
from urllib.parse import quote_plus, unquote_plus

from caddylite import placeholders
from caddylite.http.hosts import split_host_port
from caddylite.http.request import Request
from caddylite.netaddr import address_text, host_text
from caddylite.placeholders import GLOBALS, UNKNOWN, Lookup

_Getter = Callable[[Request], Any]


def has_placeholder(text: str) -> bool:
    """May expanding change this text?"""
    return "{" in text or "}" in text


def expand(request: Request, text: str, empty: str = "") -> str:
    """Replace all placeholders; unknown and empty ones become ``empty``."""
    template = placeholders.compile(text)
    return template.literal if template.constant else template.expand(lookup(request), empty)


def lookup(request: Request) -> Lookup:
    """Return the function that answers placeholders for this request."""
    return lambda name: value(request, name)


def value(request: Request, name: str) -> Any:
    """Return a placeholder's value, or UNKNOWN."""
    found = request.placeholders.get(name, UNKNOWN)
    if found is not UNKNOWN:
        return found
    if not name.startswith("http."):
        found = GLOBALS(name)
    elif name.startswith("http.vars."):
        return request.vars.get(name[10:])
    elif name.startswith("http.request."):
        found = _of_request(request, name[13:])
    if found is UNKNOWN and request.resolve is not None:
        return request.resolve(name)
    return found


def variable(request: Request, key: str) -> Any:
    """Return what the ``vars`` matchers call a variable: one placeholder in braces, or a name."""
    if key.startswith("{") and key.endswith("}") and key.count("{") == 1:
        found = value(request, key.strip("{}"))
        return None if found is UNKNOWN else found
    return request.vars.get(key)


def _of_request(request: Request, name: str) -> Any:
    getter = _GETTERS.get(name)
    if getter is not None:
        return getter(request)
    for prefix, family in _FAMILIES:
        if name.startswith(prefix):
            return family(request, name[len(prefix) :])
    return UNKNOWN


def _number(port: str) -> int | str:
    return int(port) if port.isascii() and port.isdigit() else port


def _address_port(address: tuple[str, int] | str) -> int | str:
    return "" if isinstance(address, str) else address[1]


def _host(request: Request) -> str:
    parts = split_host_port(request.host)
    return request.host if parts is None else parts[0]


def _port(request: Request) -> int | str:
    parts = split_host_port(request.host)
    return "" if parts is None else _number(parts[1])


def uri(request: Request) -> str:
    """Return path and query as they would stand in a request line."""
    return f"{request.raw_path or '/'}?{request.query}" if request.query else request.raw_path


def _file(path: str) -> str:
    return path.rpartition("/")[2]


def _extension(path: str) -> str:
    file = _file(path)
    return file[file.rindex(".") :] if "." in file else ""


def _base(path: str) -> str:
    """Return the last element without the path's extension; Go's ``path.Base`` of ``/a/`` is a."""
    last = _file(path.rstrip("/")) or ("/" if path else ".")
    return last.removesuffix(_extension(path))


def _directory(path: str) -> str:
    return path[: path.rfind("/") + 1]


def _prefixed(query: str) -> str:
    return f"?{query}" if query else ""


def _proto_name(request: Request) -> str:
    return {"HTTP/2.0": "HTTP/2", "HTTP/3.0": "HTTP/3"}.get(request.proto, request.proto)


def escape_query(text: str) -> str:
    """Escape for a query, as Go's ``url.QueryEscape`` does."""
    return quote_plus(text, safe="", errors="surrogateescape")


_GETTERS: Final[dict[str, _Getter]] = {
    "method": lambda r: r.method,
    "scheme": lambda r: "http" if r.tls is None else "https",
    "proto": lambda r: r.proto,
    "proto_name": _proto_name,
    "host": _host,
    "port": _port,
    "hostport": lambda r: r.host,
    "local": lambda r: address_text(r.local),
    "local.host": lambda r: host_text(r.local),
    "local.port": lambda r: _address_port(r.local),
    "remote": lambda r: address_text(r.remote),
    "remote.host": lambda r: host_text(r.remote),
    "remote.port": lambda r: _address_port(r.remote),
    "uri": uri,
    "uri_escaped": lambda r: escape_query(uri(r)),
    "uri.path": lambda r: r.path,
    "uri.path_escaped": lambda r: escape_query(r.path),
    "uri.path.file": lambda r: _file(r.path),
    "uri.path.dir": lambda r: _directory(r.path),
    "uri.path.file.base": lambda r: _base(r.path),
    "uri.path.file.ext": lambda r: _extension(r.path),
    "uri.query": lambda r: r.query,
    "uri.query_escaped": lambda r: escape_query(r.query),
    "uri.prefixed_query": lambda r: _prefixed(r.query),
}


def _header(request: Request, name: str) -> Any:
    return ",".join(request.headers.all(name))


def _cookie(request: Request, name: str) -> Any:
    wanted = name.lower()
    for line in request.headers.all("Cookie"):
        for pair in line.split(";"):
            key, equals, text = pair.strip(" \t").partition("=")
            if equals and key.lower() == wanted:
                unquoted = len(text) > 1 and text[0] == text[-1] == '"'
                return text[1:-1] if unquoted else text
    return ""


def _query(request: Request, name: str) -> Any:
    return ",".join(query_values(request.query).get(name, ()))


def query_values(query: str) -> dict[str, list[str]]:
    """Take a query apart; malformed pairs are left out."""
    return _query_pairs(query)[0]


def strict_query_values(query: str) -> dict[str, list[str]] | None:
    """Take a query apart; None if a pair is malformed (a bad escape, a semicolon)."""
    values, clean = _query_pairs(query)
    return values if clean else None


def _query_pairs(query: str) -> tuple[dict[str, list[str]], bool]:
    values: dict[str, list[str]] = {}
    clean = True
    for pair in query.split("&"):
        if not pair:
            continue
        if ";" in pair or not _escapes_are_good(pair):
            clean = False
            continue
        key, _, text = pair.partition("=")
        values.setdefault(_unescape(key), []).append(_unescape(text))
    return values, clean


def _unescape(text: str) -> str:
    return unquote_plus(text, errors="surrogateescape")


def _escapes_are_good(text: str) -> bool:
    hexadecimal = "0123456789abcdefABCDEF"
    return all(
        len(p) >= 2 and p[0] in hexadecimal and p[1] in hexadecimal for p in text.split("%")[1:]
    )


def _label(request: Request, index: str) -> Any:
    if not (index.isascii() and index.isdigit()):
        return UNKNOWN
    labels = _host(request).split(".")[::-1]
    return labels[int(index)].lower() if int(index) < len(labels) else ""


def _path_part(request: Request, index: str) -> Any:
    if not (index.isascii() and index.isdigit()):
        return UNKNOWN
    parts = request.path.removeprefix("/").split("/")
    return parts[int(index)] if int(index) < len(parts) else ""


def _remote_prefix(request: Request, bits: str) -> Any:
    """``/24,64``: the network of the peer's address, so many bits of it for IPv4 and IPv6."""
    from ipaddress import ip_address, ip_network

    host = host_text(request.remote)
    try:
        address = ip_address(host)
    except ValueError:
        return host
    four, comma, six = bits.partition(",")
    wanted = six if address.version == 6 and comma else four
    try:
        return str(ip_network((address, int(wanted)), strict=False))
    except ValueError:
        return ""


def _tls(request: Request, field: str) -> Any:
    state = request.tls
    if state is None:
        return UNKNOWN
    match field.lower():
        case "version":
            return state.version
        case "cipher_suite":
            return state.cipher
        case "resumed":
            return state.resumed
        case "proto":
            return state.alpn
        case "proto_mutual":
            return True
        case "server_name":
            return state.server_name
    return UNKNOWN


_FAMILIES: Final[tuple[tuple[str, Callable[[Request, str], Any]], ...]] = (
    ("header.", _header),
    ("cookie.", _cookie),
    ("uri.query.", _query),
    ("host.labels.", _label),
    ("uri.path.", _path_part),
    ("remote.host/", _remote_prefix),
    ("tls.", _tls),
)


def variable_text(request: Request, key: str) -> str:
    """Return a variable's value as text, as the ``vars`` matchers compare it."""
    return placeholders.to_string(variable(request, key))
