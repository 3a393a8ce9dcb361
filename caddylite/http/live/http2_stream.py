"""One request on an HTTP/2 connection of the server, and its answer."""

from typing import TYPE_CHECKING, Final

from twisted.internet.defer import Deferred

from caddylite.http.live.deadline import Deadline
from caddylite.http.live.errors import Aborted, BadBody, Disconnected
from caddylite.http.live.http2 import Inflow
from caddylite.http.live.http2_writer import Http2Writer
from caddylite.http.live.incoming import answer, make_exchange
from caddylite.http.live.task import Task
from caddylite.wire.http1 import Field, Head
from caddylite.wire.http2 import Malformed, response_list
from caddylite.wire.http2_frames import CANCEL, INTERNAL_ERROR, PROTOCOL_ERROR

if TYPE_CHECKING:
    from caddylite.http.live.http2_server import Http2Connection

_CONTINUE: Final = response_list(100, ())


class Http2Stream:
    """Lives until the answer has been sent whole, or nobody wants it any more."""

    def __init__(self, connection: "Http2Connection", number: int, head: Head) -> None:
        self.connection, self.number = connection, number
        self.machine = connection.machine
        self.body = Inflow(head.length, self._taken)
        if head.length == 0:
            self.body.finish()
        if head.expects_continue:
            self.body.on_first_read = self._continue
        server = connection.server
        self.body.on_wait = self._waits_for_body
        writer = self._writer = Http2Writer(self, head.method, lambda: exchange.no_sniff)
        exchange = make_exchange(head, self.body, writer, server, connection.ends, connection.tls)
        self._gone = self._handled = False
        self._room: Deferred[None] | None = None
        self._stalled: Deadline | None = None
        waits = [t for t in (server.limits.read, server.limits.write) if t]
        self._deadline: Deadline | None = None
        if waits:
            self._deadline = Deadline(server.house, self._late)
            self._deadline.expect(min(waits))
        self._task: Task | None = Task(answer(exchange, head), self._done)

    def start(self) -> None:
        """Let the handlers answer."""
        if self._task is not None:
            self._task.start()

    # The response's side.

    def flush(self) -> None:
        """Send what the client takes now."""
        self.connection.flush()

    def date(self) -> str:
        """Return the Date field's value."""
        return self.connection.server.date()

    async def drained(self) -> None:
        """Wait until the client wants more."""
        while not self._gone and self.machine.full(self.number):
            self._room = Deferred()
            self._stall(self.connection.server.limits.write_idle)
            try:
                await self._room
            finally:
                self._stall(0.0)
        if self._gone:
            raise Disconnected("the client has gone")

    # The request's side.

    def _taken(self, size: int) -> None:
        self.connection.taken(self.number, size)

    def _continue(self) -> None:
        if not self._writer.begun:
            self.machine.head(self.number, _CONTINUE, ended=False)
            self.flush()

    def _waits_for_body(self, waiting: bool) -> None:
        self._stall(self.connection.server.limits.read_idle if waiting else 0.0)

    def finished(self, trailers: list[Field]) -> None:
        """The request has come whole."""
        self.body.finish(trailers)

    # Ends.

    def _done(self, problem: BaseException | None) -> None:
        """The handlers are through: end the response, or the stream."""
        self._task, self._handled = None, True
        if self._gone:
            return
        if problem is None:
            self._writer.finish()
            self.body.discard()
        if problem is None and not self._writer.falls_short():
            self._settle()
            return
        if problem is not None and not isinstance(problem, Aborted | Disconnected):
            self.connection.server.log_crash(problem)
        self.reset(INTERNAL_ERROR)

    def _settle(self) -> None:
        """Wait until the last of the answer has been taken."""
        if self.machine.unsent(self.number):
            self._stall(self.connection.server.limits.write_idle)
        else:
            self._over()

    def room(self) -> None:
        """The client takes more."""
        if self._handled:
            self._settle()
            return
        room, self._room = self._room, None
        if room is not None:
            room.callback(None)

    def lost(self, why: Exception) -> None:
        """There is no stream any more."""
        if self._gone:
            return
        self._over()
        self.body.fail(why)
        self.body.settle()
        self.room()
        if self._task is not None:
            self._task.cancel(why)

    def malformed(self, error: Malformed) -> None:
        """What came behind the body is nonsense."""
        self.body.fail(BadBody("malformed trailers"))
        self.reset(PROTOCOL_ERROR)

    def reset(self, code: int) -> None:
        """End the stream at once."""
        self.machine.reset(self.number, code)
        self.lost(Disconnected("the stream has been reset"))
        self.flush()

    def _late(self) -> None:
        self.reset(CANCEL)

    def _stall(self, seconds: float) -> None:
        """Something must happen within so many seconds (0: there is no hurry)."""
        if self._stalled is None:
            if not seconds:
                return
            self._stalled = Deadline(self.connection.server.house, self._late)
        self._stalled.expect(seconds)

    def _over(self) -> None:
        self._gone = True
        for deadline in (self._stalled, self._deadline):
            if deadline is not None:
                deadline.cancel()
        self.connection.ended(self, close=self._writer.close)
