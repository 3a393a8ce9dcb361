"""What a proxy changes in a message that it passes on (RFC 9110, 7.6; pure).

The ``X-Forwarded-*`` rules are Caddy's: what the client says in them counts only if the peer is a
trusted proxy.
"""

from typing import Final

from caddylite.http.request import Headers, Request
from caddylite.wire.http1 import Field

#: Fields that belong to one connection (RFC 9110, 7.6.1, and what older software sends).
HOP_BY_HOP: Final = (
    "Alt-Svc", "Connection", "Proxy-Connection", "Keep-Alive", "Proxy-Authenticate",
    "Proxy-Authorization", "Te", "Trailer", "Transfer-Encoding", "Upgrade",
)  # fmt: skip
FORWARDED: Final = ("X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host")

#: The fields that RFC 6455 spells in its own way; some servers insist.
_WEBSOCKET: Final = {
    f"Sec-Websocket-{name}": f"Sec-WebSocket-{name}"
    for name in ("Accept", "Extensions", "Key", "Protocol", "Version")
}


def tokens(headers: Headers, name: str) -> list[str]:
    """Return the comma-separated elements of a field, in lower case."""
    return [
        t for v in headers.all(name) for t in (p.strip(" \t").lower() for p in v.split(",")) if t
    ]


def upgrade_wanted(headers: Headers) -> str:
    """Return the protocol a message wants to switch to, in lower case; empty if none."""
    return headers.get("Upgrade").lower() if "upgrade" in tokens(headers, "Connection") else ""


def strip_hop_by_hop(headers: Headers) -> None:
    """Take away what belongs to one connection, and what ``Connection`` names."""
    for name in tokens(headers, "Connection"):
        headers.remove(name)
    for name in HOP_BY_HOP:
        headers.remove(name)


def spell_websocket(headers: Headers) -> None:
    """Write the ``Sec-WebSocket-*`` fields as RFC 6455 does."""
    for known, spelled in _WEBSOCKET.items():
        values = headers.all(known)
        if values:
            headers.remove(known)
            for value in values:
                headers.add(spelled, value)


def prepare_request(request: Request, trusted: bool) -> None:
    """Make a request ready for an upstream; ``trusted``: the peer is a trusted proxy."""
    headers = request.headers
    upgrade = upgrade_wanted(headers)
    trailers = "trailers" in tokens(headers, "Te")
    strip_hop_by_hop(headers)
    if trailers:
        headers.set("Te", "trailers")
    if upgrade:
        headers.set("Connection", "Upgrade")
        headers.set("Upgrade", upgrade)
        spell_websocket(headers)
    _forwarded(request, trusted)
    headers.add("Via", f"{request.proto.removeprefix('HTTP/')} Caddy")


def _forwarded(request: Request, trusted: bool) -> None:
    headers, remote = request.headers, request.remote
    if isinstance(remote, str):
        if not trusted:
            for name in FORWARDED:
                headers.remove(name)
            return
        client = ""
    else:
        client = remote[0].partition("%")[0]
    prior = ", ".join(headers.all("X-Forwarded-For"))
    if trusted and prior:
        headers.set("X-Forwarded-For", f"{prior}, {client}" if client else prior)
    elif client:
        headers.set("X-Forwarded-For", client)
    _keep_last(headers, "X-Forwarded-Proto", "http" if request.tls is None else "https", trusted)
    _keep_last(headers, "X-Forwarded-Host", request.host, trusted)


def _keep_last(headers: Headers, name: str, own: str, trusted: bool) -> None:
    prior = headers.all(name)
    headers.set(name, prior[-1] if trusted and prior and prior[-1] else own)


def wire_fields(request: Request, length: int | None, accept_gzip: bool) -> list[Field]:
    """Return a request's fields as they are sent, in the order of Go's client.

    ``length`` is the body's size, None if it comes in chunks.
    """
    headers = request.headers
    first: list[Field] = [("Host", request.host)]
    agent = headers.get("User-Agent")
    if agent:
        first.append(("User-Agent", agent))
    if length is None:
        first.append(("Transfer-Encoding", "chunked"))
    elif length > 0 or request.method in ("POST", "PUT", "PATCH"):
        first.append(("Content-Length", str(length)))
    skipped = ("Host", "User-Agent", "Content-Length", "Transfer-Encoding")
    rest = sorted((f for f in headers if f[0] not in skipped), key=lambda f: f[0])
    return [*first, *rest, *([("Accept-Encoding", "gzip")] if accept_gzip else [])]
