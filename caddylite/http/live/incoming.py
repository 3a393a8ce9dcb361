"""From a request's head to its exchange: the same for every version of HTTP."""

from collections.abc import Coroutine
from typing import Any
from urllib.parse import unquote

from caddylite.http.live.errors import Original
from caddylite.http.live.exchange import Exchange, Stream
from caddylite.http.live.response_writer import ResponseWriter
from caddylite.http.live.serving import Serving
from caddylite.http.request import Headers, Request, TLSState
from caddylite.wire.http1 import Head, path_and_query

Address = tuple[str, int] | str


def make_exchange(
    head: Head,
    body: Stream,
    writer: ResponseWriter,
    server: Serving,
    ends: tuple[Address, Address],
    tls: TLSState | None,
) -> Exchange:
    """Return the exchange of a request; ``ends`` are the client's address and ours."""
    raw_path, query = path_and_query(head.target, head.method)
    path = unquote(raw_path, errors="surrogateescape") if "%" in raw_path else raw_path
    request = Request(
        method=head.method,
        path=path,
        raw_path=raw_path,
        query=query,
        host=head.host,
        headers=Headers(head.fields),
        proto=f"HTTP/{head.version}",
        remote=ends[0],
        local=ends[1],
        tls=tls,
    )
    exchange = Exchange(request, body, writer, server, server.house.monotonic())
    exchange.original = Original(request.method, head.target, path, raw_path, query, request.host)
    return exchange


def answer(exchange: Exchange, head: Head) -> Coroutine[Any, Any, None]:
    """Return what answers it."""
    if head.target == "*" and head.method == "OPTIONS":
        return _answer_options(exchange)
    answering: Coroutine[Any, Any, None] = exchange.server.serve(exchange)
    return answering


async def _answer_options(exchange: Exchange) -> None:
    """Answer for the whole server, as net/http does."""
    exchange.out.headers.remove("Server")
    exchange.out.start(200)
