"""HTTP/2 connections to upstreams, each shared by the requests to its origin."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final

from twisted.internet.defer import Deferred

from caddylite.http.live.proxy.call import UpstreamError

if TYPE_CHECKING:
    from caddylite.http.live.proxy.http2 import Http2Upstream

_MOST_KNOWN: Final = 4096
#: What tells origins apart: where to connect to, and the name asked for in TLS.
Origin = Any
#: Makes a new connection of whichever version.
Dial = Callable[[], Awaitable[Any]]


class Shared:
    """The HTTP/2 connections of one transport.

    An origin has one connection, and another when all streams of the first are taken.
    """

    def __init__(self) -> None:
        self._links: dict[Origin, list[Http2Upstream]] = {}
        self._known: set[Origin] = set()  # origins that have answered in HTTP/2
        self._waiting: dict[Origin, list[Deferred[UpstreamError | None]]] = {}

    def take(self, origin: Origin) -> "Http2Upstream | None":
        """Return a connection that takes another request; None if there is none."""
        for link in self._links.get(origin, ()):
            if link.takes:
                return link
        return None

    async def get(self, origin: Origin, dial: Dial, sure: bool) -> Any:
        """Return a connection that takes a request; of HTTP/1 if that is what dialling brought.

        ``sure``: the origin speaks HTTP/2. Where that is known one dials and the others wait for
        it. UpstreamError if there is no connection.
        """
        while True:
            link = self.take(origin)
            if link is not None:
                return link
            if not (sure or origin in self._known):
                return self.keep(origin, await dial())
            waiting = self._waiting.get(origin)
            if waiting is None:
                return await self._first(origin, dial)
            turn: Deferred[UpstreamError | None] = Deferred()
            waiting.append(turn)
            problem = await turn
            if problem is not None:
                raise problem

    async def _first(self, origin: Origin, dial: Dial) -> Any:
        """Dial for all who want this origin."""
        waiting = self._waiting[origin] = []
        problem: UpstreamError | None = None
        try:
            return self.keep(origin, await dial())
        except UpstreamError as error:
            problem = error
            raise
        finally:
            del self._waiting[origin]
            for turn in waiting:
                if not turn.called:
                    turn.callback(problem)

    def keep(self, origin: Origin, made: Any) -> Any:
        """Share a new connection, if it can be shared; return it."""
        if not made.multiplexed:
            self._known.discard(origin)
            return made
        if len(self._known) >= _MOST_KNOWN:  # the config may name origins by placeholders
            self._known.clear()
        self._known.add(origin)
        self._links.setdefault(origin, []).append(made)
        made.on_end = lambda: self._forget(origin, made)
        return made

    def _forget(self, origin: Origin, link: "Http2Upstream") -> None:
        links = self._links[origin]
        links.remove(link)
        if not links:
            del self._links[origin]

    def close(self) -> None:
        """Let every connection end with its last request."""
        for links in tuple(self._links.values()):
            for link in tuple(links):
                link.retire()
