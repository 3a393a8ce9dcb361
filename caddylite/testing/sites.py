"""Which site and route of an HTTP server would answer a request, without running a handler."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from caddylite.errors import ConfigError
from caddylite.http.config import Server
from caddylite.http.matching import MatchError, any_of
from caddylite.http.request import Request
from caddylite.http.route import Route
from caddylite.layer4.matching import Connection
from caddylite.layer4.peeked import request_of
from caddylite.wire import http_head

#: Handlers after which nothing runs.
_ANSWERS = {
    "static_response", "reverse_proxy", "file_server", "error", "acme_server", "metrics",
}  # fmt: skip


def unfinished(data: bytes) -> bool:
    """Is this the beginning of a request head?"""
    return isinstance(http_head.read(data), http_head.Incomplete)


def describe(
    name: str, server: Server, cx: Connection, data: bytes, line: Callable[[Any], str]
) -> tuple[str, str, str, str]:
    """Return (place, site, what happens, where it is written) for the request in ``data``.

    ``line`` says where a handler stands in the config.
    """
    head = http_head.read(data)
    if isinstance(head, http_head.NotHTTP):
        return name, "", f"not an HTTP request ({head.why}): answered 400 and closed", ""
    if isinstance(head, http_head.Incomplete):
        return name, "", "waits for the rest of the request head", ""
    request = request_of(head, cx)
    asked = f"{head.method} {head.host}{head.raw_path}"
    walk = _Walk(request, server.named_routes, line)
    try:
        reached = list(walk.go(server.routes, name))
    except MatchError as e:
        return name, walk.site, f"{asked}: a matcher ends it with status {e.status}", ""
    if not reached:
        return name, walk.site, f"{asked}: no route matches, an empty 200 is sent", ""
    *before, (place, last, at) = reached
    words = [f"{said} ({where})" if where else said for _, said, where in before]
    return place, walk.site, f"{asked}: {', '.join([*words, last])}", at


class _Walk:
    """Goes through routes as the server does."""

    def __init__(
        self, request: Request, named: dict[str, Route], line: Callable[[Any], str]
    ) -> None:
        self.request, self.named, self.line = request, named, line
        self.site = ""
        self.answered = False
        self.invoked: set[str] = set()

    def go(self, routes: Sequence[Route], place: str) -> Iterator[tuple[str, str, str]]:
        """Yield (place, handler, line) for each handler that would run until one answers."""
        groups: set[str] = set()
        for number, route in enumerate(routes):
            if self.answered:
                return
            if route.group and route.group in groups:
                continue
            try:
                if route.match and not any_of(route.match, None)(self.request):
                    continue
            except ConfigError as e:
                yield (
                    f"{place}/{number}",
                    f"a matcher that cannot be tested here ({e.message})",
                    "",
                )
                continue
            groups.add(route.group)
            self._name_site(route)
            for handler in route.handle:
                yield from self._handler(handler, f"{place}/{number}")
            if route.terminal:
                self.answered = True

    def _name_site(self, route: Route) -> None:
        for matchers in route.match:
            host = matchers.get("host")
            if host is not None and not self.site:
                self.site = ", ".join(getattr(host, "names", ()) or ())

    def _handler(self, handler: Any, where: str) -> Iterator[tuple[str, str, str]]:
        if handler.name == "subroute":
            yield from self.go(handler.routes, where)
        elif handler.name == "invoke" and handler.route in self.named:
            if handler.route in self.invoked:
                yield where, f"invoke {handler.route} within itself", self.line(handler)
                self.answered = True
                return
            self.invoked.add(handler.route)
            yield from self.go((self.named[handler.route],), f"{where}:{handler.route}")
            self.invoked.discard(handler.route)
        else:
            yield where, _words(handler), self.line(handler)
            self.answered = self.answered or handler.name in _ANSWERS


def _words(handler: Any) -> str:
    """Name a handler with what matters most of its config."""
    if handler.name == "static_response":
        to = next((v for k, v in (handler.headers or {}).items() if k == "Location" and v), ())
        status = f"static_response {handler.status_code or 200}"
        return f"{status} to {to[0]}" if to else status
    if handler.name == "reverse_proxy":
        return "reverse_proxy to " + " ".join(u.dial for u in handler.upstreams)
    return str(handler.name)
