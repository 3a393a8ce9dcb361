"""Which site and route of an HTTP server would answer a request, without running a handler."""

from collections.abc import Iterator, Sequence
from typing import Any

from caddylite.http.config import Server
from caddylite.http.matching import MatchError, any_of
from caddylite.http.request import Headers, Request
from caddylite.http.route import Route
from caddylite.layer4.matching import Connection, host_text
from caddylite.wire import http_head


def describe(name: str, server: Server, cx: Connection, data: bytes) -> tuple[str, str]:
    """Return (place, what happens) for the request at the beginning of ``data``."""
    head = http_head.read(data)
    if isinstance(head, http_head.NotHTTP):
        return name, f"not an HTTP request ({head.why}): answered 400 and closed"
    if isinstance(head, http_head.Incomplete):
        return name, "waits for the rest of the request head"
    request = Request(
        method=head.method,
        path=head.path,
        raw_path=head.raw_path,
        query=head.query,
        host=head.host,
        headers=Headers(head.fields),
        proto=head.proto,
        remote=cx.remote,
        local=cx.local,
        client_ip=host_text(cx.remote),
        tls=cx.tls,
    )
    asked = f"{head.method} {head.host}{head.raw_path}"
    try:
        reached = list(_walk(server.routes, request, name))
    except MatchError as e:
        return name, f"{asked}: a matcher ends it with status {e.status}"
    if not reached:
        return name, f"{asked}: no route matches, an empty 200 is sent"
    return reached[-1][0], f"{asked}: " + ", ".join(words for _, words in reached)


def _walk(routes: Sequence[Route], request: Request, place: str) -> Iterator[tuple[str, str]]:
    """Yield (place, handler) for each handler that would run if all passed the request on."""
    groups: set[str] = set()
    for number, route in enumerate(routes):
        if route.match and not any_of(route.match, None)(request):
            continue
        if route.group and route.group in groups:
            continue
        groups.add(route.group)
        for handler in route.handle:
            where = f"{place}/{number}"
            if handler.name == "subroute":
                yield from _walk(handler.routes, request, where)  # type: ignore[attr-defined]
            else:
                yield where, _words(handler)
        if route.terminal:
            return


def _words(handler: Any) -> str:
    """Name a handler with what matters most of its config."""
    if handler.name == "static_response":
        return f"static_response {handler.status_code or 200}"
    if handler.name == "reverse_proxy":
        return "reverse_proxy to " + " ".join(u.dial for u in handler.upstreams)
    return str(handler.name)
