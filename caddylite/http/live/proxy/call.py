"""One request to an upstream and its response, whatever version of HTTP carries it."""

from collections.abc import Callable
from typing import ClassVar, Protocol

from twisted.internet.defer import Deferred

from caddylite.http.live.exchange import Stream
from caddylite.wire.http1 import Field
from caddylite.wire.http1_response import ResponseHead


class UpstreamError(Exception):
    """The upstream could not be reached, or answered with nonsense or not at all.

    ``dialing``: it was not even connected to, so that another can be tried without harm.
    ``timed_out``: it did not answer in time. ``unanswered``: a kept connection turned out to be
    dead before any byte of an answer came. ``refused``: it said that it did not look at the
    request, so that it may be sent again.
    """

    def __init__(
        self,
        message: str,
        dialing: bool = False,
        timed_out: bool = False,
        unanswered: bool = False,
        refused: bool = False,
    ) -> None:
        super().__init__(message)
        self.dialing, self.timed_out = dialing, timed_out
        self.unanswered, self.refused = unanswered, refused


class Answer:
    """The response as it comes: heads, the last of which has a body; or an error."""

    def __init__(self) -> None:
        self.body = Stream(None)
        self.begun = False  # has anybody been given a head?
        self.error: Exception | None = None
        self._heads: list[ResponseHead] = []
        self._waiter: Deferred[None] | None = None

    @property
    def started(self) -> bool:
        """Has any of it come?"""
        return self.begun or bool(self._heads)

    def put(self, head: ResponseHead) -> None:
        """Take a head in."""
        self._heads.append(head)
        self._wake()

    def fail(self, error: Exception) -> None:
        """Nothing more comes; whoever waits gets the first error there was."""
        if self.error is None:
            self.error = error
        self.body.fail(error)
        self._wake()

    async def head(self) -> ResponseHead:
        """Return the next head; an informational one is followed by another."""
        while not self._heads:
            if self.error is not None:
                raise self.error
            self._waiter = Deferred()
            try:
                await self._waiter
            finally:
                self._waiter = None
        self.begun = True
        return self._heads.pop(0)

    def _wake(self) -> None:
        waiter = self._waiter
        if waiter is not None and not waiter.called:
            waiter.callback(None)


class Call(Protocol):
    """A request on its way; what it asks of its connection."""

    answer: Answer

    @property
    def over(self) -> bool:
        """Have both the request and the response gone through, or failed?"""
        ...

    def send(self, method: str, target: str, fields: list[Field], length: int | None) -> None:
        """Send the head; ``length`` is the body's size, None if only its end will tell."""
        ...

    def write(self, data: bytes) -> None:
        """Send a piece of the body."""
        ...

    async def drained(self) -> None:
        """Wait until the upstream takes more; UpstreamError if it is gone."""
        ...

    def end(self, trailers: list[Field]) -> None:
        """Say that all has been sent."""
        ...

    def give_up(self, error: Exception) -> None:
        """End the request early: whoever waits for the response gets the error."""
        ...

    def close(self) -> None:
        """Nobody wants the rest."""
        ...


class Carrier(Protocol):
    """A connection to an upstream; ``multiplexed``: it carries many requests at a time."""

    multiplexed: ClassVar[bool]
    #: Called when it can take another request, and when it is gone.
    on_free: Callable[[], object] | None
    on_gone: Callable[[], object] | None

    def begin(self, method: str, max_header: int, released: Callable[[bool], object]) -> Call:
        """Get ready for a request.

        ``released(reusable)`` is called at its end by connections that carry one at a time.
        """
        ...
