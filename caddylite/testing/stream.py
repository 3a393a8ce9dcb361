"""What a made-up client sends, over a clock that only moves when it is asked to.

A :class:`Cut` says in which pieces the bytes come; a :class:`Stream` brings them.
"""

from collections import deque
from dataclasses import dataclass
from itertools import pairwise
from math import inf

from caddylite.testing.clients.base import Client

#: Seconds between two pieces that come one right after the other.
SHORTLY = 1e-6


@dataclass(frozen=True, slots=True)
class Cut:
    """Where a flight of bytes is cut into pieces, and the seconds between them.

    ``flight`` 0 are the client's first bytes, 1 what it says inside TLS.
    """

    at: tuple[int, ...] = ()
    pause: float = SHORTLY
    flight: int = 0
    name: str = ""

    def __str__(self) -> str:
        if self.name:
            return self.name
        if not self.at:
            return "whole"
        places = ", ".join(map(str, self.at[:8])) + (", …" if len(self.at) > 8 else "")
        inside = " inside TLS" if self.flight else ""
        pause = f" with {self.pause:g} s between" if self.pause > SHORTLY else ""
        return f"cut{inside} at {places}{pause}"


WHOLE = Cut()


class Quiet(Exception):
    """Nothing more happens in the time for which the client is watched."""


class Clock:
    """Seconds since the connection was made."""

    __slots__ = ("now",)

    def __init__(self) -> None:
        self.now = 0.0


class Stream:
    """One flight of bytes on its way in. ``data`` is what has come and is not consumed.

    ``taken`` counts consumed bytes; ``datagrams`` are those that have come, whole.
    """

    __slots__ = ("clock", "coming", "data", "datagrams", "horizon", "memo", "taken", "total")

    def __init__(self, clock: Clock, pieces: list[bytes], pause: float, patience: float) -> None:
        self.clock = clock
        self.data = b""
        self.datagrams: tuple[bytes, ...] = ()
        self.memo: dict[str, object] = {}
        self.taken = 0
        self.total = sum(map(len, pieces))
        self.coming = deque((clock.now + i * pause, piece) for i, piece in enumerate(pieces))
        last = self.coming[-1][0] if self.coming else clock.now
        self.horizon = last + patience

    @property
    def next_at(self) -> float:
        """When the next piece comes."""
        return self.coming[0][0] if self.coming else inf

    def arrive(self, *, datagrams: bool = False) -> None:
        """Take the next piece; the clock moves to when it comes."""
        at, piece = self.coming.popleft()
        self.clock.now = max(self.clock.now, at)
        self.data = self.data + piece if self.data else piece
        if datagrams:
            self.datagrams = (*self.datagrams, piece)

    def pull(self, limit: int, *, datagrams: bool = False) -> None:
        """Read once, at most so many bytes: of a stream all that has come, else one datagram."""
        at, piece = self.coming.popleft()
        self.clock.now = max(self.clock.now, at)
        if datagrams:
            self.datagrams = (*self.datagrams, piece)
            self.data += piece
            return
        while self.coming and self.coming[0][0] <= self.clock.now and len(piece) < limit:
            piece += self.coming.popleft()[1]
        if len(piece) > limit:
            self.coming.appendleft((self.clock.now, piece[limit:]))
            piece = piece[:limit]
        self.data += piece

    def again(self) -> None:
        """Let what has come, and is not consumed, come once more: caddy-l4's ``tee`` does."""
        pieces = self.datagrams or ((self.data,) if self.data else ())
        self.coming.extendleft((self.clock.now, piece) for piece in reversed(pieces))

    def unread(self) -> None:
        """Let it count as not come yet: caddy-l4 keeps it elsewhere behind ``proxy_protocol``."""
        self.again()
        self.data, self.datagrams, self.memo = b"", (), {}

    def catch_up(self, *, datagrams: bool = False) -> None:
        """Take what has come by now."""
        while self.coming and self.coming[0][0] <= self.clock.now:
            self.arrive(datagrams=datagrams)

    def wait(self) -> None:
        """Take the next piece, however long that is; Quiet if there is none."""
        if not self.coming:
            raise Quiet
        self.arrive()

    def take(self, size: int) -> bytes:
        """Consume bytes from the front."""
        taken, self.data = self.data[:size], self.data[size:]
        self.memo = {}
        self.taken += size
        if self.datagrams:
            self.datagrams = (self.datagrams[0][size:], *self.datagrams[1:])
        return taken


class Flights:
    """A client's flights, one after the other: outside, inside TLS, inside that."""

    def __init__(self, client: Client, cut: Cut, clock: Clock) -> None:
        self.client, self.cut, self.clock = client, cut, clock
        self._left = deque((client.data, client.inner, *client.later))
        self.begun = 0

    def next(self) -> Stream:
        """Begin the next flight, now."""
        data = self._left.popleft() if self._left else b""
        number, self.begun = self.begun, self.begun + 1
        cut, client = self.cut, self.client
        if number == 0 and client.datagrams:
            return Stream(self.clock, list(client.datagrams), SHORTLY, client.patience)
        if cut.flight != number or not cut.at:
            return Stream(self.clock, [data] if data else [], 0.0, client.patience)
        places = (0, *cut.at, len(data))
        pieces = [data[a:b] for a, b in pairwise(places)]
        return Stream(self.clock, [p for p in pieces if p], cut.pause, client.patience)
