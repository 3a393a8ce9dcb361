"""Placeholders that only a running server can answer (``request.resolve``)."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from caddylite.http.live.exchange import Exchange
from caddylite.placeholders import UNKNOWN
from caddylite.values import Duration


def resolver(ex: Exchange) -> Callable[[str], Any]:
    """Return the function for one exchange."""
    return lambda name: _value(ex, name)


def _value(ex: Exchange, name: str) -> Any:
    getter = _GETTERS.get(name)
    if getter is not None:
        return getter(ex)
    if name.startswith("http.response.header."):
        return ",".join(ex.out.headers.all(name[21:]))
    if name.startswith("http.request.orig_uri.path."):
        return _path_part(ex.original.path, name[27:])
    if name.startswith("http.request.tls.client."):
        return _client_certificate(ex, name[24:].lower())
    return UNKNOWN


def _path_part(path: str, index: str) -> Any:
    if not (index.isascii() and index.isdigit()):
        return UNKNOWN
    parts = path.removeprefix("/").split("/")
    return parts[int(index)] if int(index) < len(parts) else ""


def _uuid(ex: Exchange) -> str:
    known = ex.request.vars.get("uuid")
    if known is None:
        known = str(UUID(int=ex.server.house.random.getrandbits(128), version=4))
        ex.request.vars["uuid"] = known
    ex.extra_log["uuid"] = known
    return str(known)


def _elapsed(ex: Exchange) -> float:
    seconds: float = ex.server.house.monotonic() - ex.started
    return seconds


def _prefixed(query: str) -> str:
    return f"?{query}" if query else ""


_GETTERS: Final[dict[str, Callable[[Exchange], Any]]] = {
    "http.request.uuid": _uuid,
    "http.request.duration": lambda ex: Duration(int(_elapsed(ex) * 1e9)),
    "http.request.duration_ms": lambda ex: _elapsed(ex) * 1e3,
    "http.request.orig_method": lambda ex: ex.original.method,
    "http.request.orig_uri": lambda ex: ex.original.uri,
    "http.request.orig_uri.path": lambda ex: ex.original.path,
    "http.request.orig_uri.path.file": lambda ex: ex.original.path.rpartition("/")[2],
    "http.request.orig_uri.path.dir": lambda ex: ex.original.path.rpartition("/")[0] + "/",
    "http.request.orig_uri.query": lambda ex: ex.original.query,
    "http.request.orig_uri.prefixed_query": lambda ex: _prefixed(ex.original.query),
    "http.shutting_down": lambda ex: ex.server.closing,
    "http.time_until_shutdown": lambda ex: None,
}


def _client_certificate(ex: Exchange, field: str) -> Any:
    state = ex.request.tls
    if state is None:
        return UNKNOWN
    from caddylite.http.live.certificate_values import certificate_value

    return certificate_value(state.client_certificate, field)
