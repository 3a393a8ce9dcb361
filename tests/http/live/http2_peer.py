"""The other end of an HTTP/2 connection, in memory."""

from caddylite.wire.http2_frames import Body
from caddylite.wire.http2_machine import Machine

OK = [(b":status", b"200")]


class Peer:
    """A machine at the far end of a wire; ``events`` is what it has heard."""

    def __init__(self, link, wire, client=False, **more):
        self.link, self.wire = link, wire
        self.machine = Machine(client=client, limit=1 << 14, **more)
        self.events = []

    def run(self):
        """Carry bytes both ways until there are no more; return what was heard."""
        while True:
            data = self.wire.value()
            self.wire.clear()
            heard = list(self.machine.receive(data)) if data else []
            self.events += heard
            said = self.machine.take(True)
            if said:
                self.link.dataReceived(said)
            if not said and not data:
                events, self.events = self.events, []
                return events

    def answer(self, stream, body=b"", ended=True, fields=OK):
        """Send a response."""
        self.machine.head(stream, fields, ended and not body)
        if body:
            self.machine.body(stream, body)
            if ended:
                self.machine.end(stream)


def bodies(events, stream=None):
    """Return the data of a stream (or of all)."""
    return b"".join(
        e.data for e in events if isinstance(e, Body) and (stream is None or e.stream == stream)
    )


def outcome(awaitable):
    """Run a coroutine as far as it goes; return ("done", value), ("failed", error) or a wait."""
    from twisted.internet.defer import Deferred

    result = []
    deferred = Deferred.fromCoroutine(awaitable)
    deferred.addCallbacks(
        lambda value: result.append(("done", value)),
        lambda failure: result.append(("failed", failure.value)),
    )
    return result
