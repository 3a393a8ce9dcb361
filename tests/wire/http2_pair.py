"""Both ends of an HTTP/2 connection, talking in memory."""

from caddylite.wire.http2_frames import Body
from caddylite.wire.http2_machine import Machine

GET = [(b":method", b"GET"), (b":scheme", b"http"), (b":path", b"/"), (b":authority", b"h")]
OK = [(b":status", b"200")]


class Pair:
    """A client and a server, with what each has heard."""

    def __init__(self, **more):
        self.client = Machine(client=True, limit=1 << 16)
        self.server = Machine(client=False, limit=1 << 14, **more)
        self.said = {self.client: [], self.server: []}
        self.run()

    def run(self, room=True):
        """Carry bytes both ways until there are no more."""
        both = ((self.client, self.server), (self.server, self.client))
        while moved := [(to, data) for frm, to in both if (data := frm.take(room))]:
            for to, data in moved:
                self.said[to] += to.receive(data)

    def heard(self, end):
        events, self.said[end] = self.said[end], []
        return events


def bodies(events, stream=None):
    return b"".join(
        e.data for e in events if isinstance(e, Body) and (stream is None or e.stream == stream)
    )
