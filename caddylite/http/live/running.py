"""Runs routes: the handlers a walk yields, each calling the next."""

from collections.abc import Generator

from caddylite.http.live.errors import HandlerError
from caddylite.http.live.exchange import Exchange, LiveHandler, Proceed
from caddylite.http.matching import MatchError
from caddylite.http.routing import Routes
from caddylite.wire.http_status import status_text


async def run(routes: Routes[LiveHandler], ex: Exchange, after: Proceed) -> None:
    """Run what matches; ``after`` follows unless a terminal route was the end."""
    await _Run(routes, ex, after).proceed()


class _Run:
    """One pass over routes; ``proceed`` is what its handlers call."""

    __slots__ = ("_after", "_ex", "_steps")

    def __init__(self, routes: Routes[LiveHandler], ex: Exchange, after: Proceed) -> None:
        self._ex, self._after = ex, after
        self._steps: Generator[LiveHandler, None, bool] = routes.walk(ex.request, ex.groups)

    async def proceed(self) -> None:
        """Run the next handler, or what follows."""
        try:
            handler = next(self._steps)
        except StopIteration as end:
            await (nothing_left(self._ex) if end.value else self._after())
            return
        except MatchError as error:
            raise HandlerError(error.status, error.why) from None
        await handler.serve(self._ex, self.proceed)


async def nothing_left(ex: Exchange) -> None:
    """End a request that no handler answered: an empty response, of the error's status if any."""
    ex.request.vars["unhandled"] = True
    if ex.error is not None and not ex.out.status:
        ex.out.start(ex.error_status)


def note_error(ex: Exchange, error: Exception) -> None:
    """Make an error known to the routes that handle it (``{http.error.*}``)."""
    ex.error = error
    known = ex.request.placeholders
    known["http.error"] = str(error)
    if not isinstance(error, HandlerError):
        return
    words = status_text(error.status)
    known["http.error.status_code"] = error.status
    known["http.error.status_text"] = words
    known["http.error.message"] = error.cause or words
    known["http.error.id"] = error.id
    known["http.error.trace"] = error.trace
