"""Runs ``handle_response``: routes in the place of a response that matches."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from caddylite.http.live.build import Build
from caddylite.http.live.exchange import Exchange, Proceed
from caddylite.http.live.running import run
from caddylite.http.live.static_response import read_status
from caddylite.http.response_handler import ResponseHandler

#: Where ``copy_response`` finds what it is to copy, among the request's variables.
CONTEXT = "reverse_proxy_response"


class Captured:
    """A response that routes decide about; ``finish`` passes it on to the client."""

    def __init__(self, response: Any, finish: Callable[[], Awaitable[None]]) -> None:
        self.response, self.finish = response, finish


class ResponseHandlers:
    """The handlers of a proxy, in order: the first whose matcher fits counts."""

    def __init__(self, handlers: Sequence[ResponseHandler], build: Build) -> None:
        self._handlers = [(h, build.routes(h.routes)) for h in handlers]

    async def handle(
        self,
        ex: Exchange,
        response: Any,
        finish: Callable[[Exchange, Any], Awaitable[None]],
        proceed: Proceed,
    ) -> bool:
        """Return whether routes were run for the response; it may get another status instead."""
        for handler, routes in self._handlers:
            if handler.match is not None and not handler.match.matches(
                response.status, response.headers
            ):
                continue
            if handler.status_code:
                status = read_status(ex.expand(handler.status_code))
                response.status = status or response.status
                return False
            before = ex.request.vars.get(CONTEXT)
            ex.request.vars[CONTEXT] = Captured(response, lambda: finish(ex, response))
            try:
                await run(routes, ex, proceed)
            finally:
                ex.request.vars[CONTEXT] = before
            return True
        return False
