"""One request and its answer, as live handlers see them; the same for every version of HTTP."""

from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from typing import IO, Any, Protocol

from twisted.internet.defer import Deferred

from caddylite import placeholders
from caddylite.http.live.errors import Disconnected, HandlerError, Original
from caddylite.http.replacer import lookup
from caddylite.http.request import Headers, Request
from caddylite.placeholders import UNKNOWN

#: How much of a body is kept before its sender is told to wait, in bytes.
HIGH_WATER = 1 << 16
#: How much of a file is read at a time, in bytes.
FILE_CHUNK = 1 << 17

_nothing: Callable[[], object] = lambda: None  # noqa: E731 - a default, not a function of its own


class Stream:
    """Bytes on their way from a connection to whoever reads them, with backpressure.

    ``on_full`` and ``on_room`` tell the sender to wait and to go on; ``on_first_read`` is called
    before the first read waits (a server sends ``100 Continue`` then), ``on_wait`` whenever a read
    begins (True) or ends (False) to wait.
    """

    __slots__ = (
        "_buffered", "_chunks", "_error", "_finished", "_full", "_waiter",
        "length", "on_first_read", "on_full", "on_room", "on_wait", "taken", "trailers",
    )  # fmt: skip

    def __init__(self, length: int | None = 0) -> None:
        self.length = length  # in bytes; None when only the end will tell
        self.taken = 0
        self.trailers: list[tuple[str, str]] = []
        self.on_full = self.on_room = self.on_first_read = _nothing
        self.on_wait: Callable[[bool], object] = lambda waiting: None
        self._chunks: deque[bytes] = deque()
        self._buffered = 0
        self._waiter: Deferred[None] | None = None
        self._error: Exception | None = None
        self._finished = self._full = False

    @property
    def finished(self) -> bool:
        """Has all of it come (though it may not all have been read)?"""
        return self._finished

    @property
    def exhausted(self) -> bool:
        """Has all of it been read?"""
        return self._finished and not self._chunks

    async def read(self) -> bytes:
        """Return the next bytes, as many as there are; ``b""`` at the end."""
        while not self._chunks:
            if self._error is not None:
                raise self._error
            if self._finished:
                return b""
            first, self.on_first_read = self.on_first_read, _nothing
            first()
            self._waiter = Deferred()
            self.on_wait(True)
            try:
                await self._waiter
            finally:
                self._waiter = None
                self.on_wait(False)
        data = self._chunks.popleft()
        self._buffered -= len(data)
        self.taken += len(data)
        if self._full and self._buffered < HIGH_WATER // 2:
            self._full = False
            self.on_room()
        return data

    # The sender's side.

    def put(self, data: bytes) -> None:
        """Take bytes in."""
        self._chunks.append(data)
        self._buffered += len(data)
        if self._buffered > HIGH_WATER and not self._full:
            self._full = True
            self.on_full()
        self._wake()

    def finish(self, trailers: list[tuple[str, str]] | None = None) -> None:
        """Nothing comes after this."""
        self._finished = True
        self.trailers = trailers or []
        self._wake()

    def fail(self, error: Exception) -> None:
        """Nothing comes after this, though it should; the reader gets the error."""
        if not self._finished and self._error is None:
            self._error = error
            self._wake()

    def let_run(self) -> None:
        """Leave the sender in peace from now on."""
        if self._full:
            self._full = False
            self.on_room()
        self.on_full = self.on_room = _nothing

    def discard(self) -> None:
        """Forget what has come and has not been read."""
        self._chunks.clear()
        self._buffered = 0
        if self._full:
            self._full = False
            self.on_room()

    def _wake(self) -> None:
        waiter = self._waiter
        if waiter is not None and not waiter.called:
            waiter.callback(None)


class Readable(Protocol):
    """A body that can be read."""

    @property
    def trailers(self) -> list[tuple[str, str]]:
        """What came behind the body."""
        ...

    async def read(self) -> bytes:
        """Return the next bytes; ``b""`` at the end."""
        ...


class Body(Readable, Protocol):
    """A request body as handlers read it; ``request_body`` puts a limit around it."""

    @property
    def length(self) -> int | None:
        """Its size in bytes, None if only its end will tell."""
        ...

    @property
    def taken(self) -> int:
        """How much has been read, in bytes."""
        ...


class Writer:
    """Where a response goes. Handlers that change responses put one of their own in front.

    Order of calls: ``headers`` may be changed until ``start``; then ``write`` and ``drain``.
    A response that was never started is 200 with no body.
    """

    headers: Headers

    @property
    def status(self) -> int:
        """The status, 0 while nothing has been started."""
        raise NotImplementedError

    @property
    def size(self) -> int:
        """How much body has been sent, as the client gets it, in bytes."""
        raise NotImplementedError

    def start(self, status: int) -> None:
        """Begin the response; informational ones (1xx but 101) may come before it."""
        raise NotImplementedError

    def write(self, data: bytes) -> None:
        """Send a piece of the body; starts with 200 if nothing was started."""
        raise NotImplementedError

    async def drain(self) -> None:
        """Wait until more can be written without piling up. Raises Disconnected."""

    def flush(self) -> None:
        """Send what is held back."""

    def set_trailers(self, trailers: list[tuple[str, str]]) -> None:
        """Say what follows the body."""

    async def send_file(self, file: IO[bytes], count: int) -> None:
        """Send so many bytes of a file from where it stands."""
        while count > 0:
            data = file.read(min(count, FILE_CHUNK))
            if not data:
                raise Disconnected("the file has become shorter")
            self.write(data)
            count -= len(data)
            await self.drain()


class WrappedWriter(Writer):
    """Passes everything on; a base for those who change something."""

    def __init__(self, inner: Writer) -> None:
        self.inner = inner
        self.headers = inner.headers

    @property
    def status(self) -> int:
        """The status, 0 while nothing has been started."""
        return self.inner.status

    @property
    def size(self) -> int:
        """How much body has been sent, in bytes."""
        return self.inner.size

    def start(self, status: int) -> None:
        """Begin the response."""
        self.inner.start(status)

    def write(self, data: bytes) -> None:
        """Send a piece of the body."""
        if not self.status:
            self.start(200)
        self.inner.write(data)

    async def drain(self) -> None:
        """Wait for room."""
        await self.inner.drain()

    def flush(self) -> None:
        """Send what is held back."""
        self.inner.flush()

    def set_trailers(self, trailers: list[tuple[str, str]]) -> None:
        """Say what follows the body."""
        self.inner.set_trailers(trailers)


class Switched(Protocol):
    """A connection that has left HTTP: what remains is bytes, both ways."""

    transport: Any

    @property
    def writable(self) -> bool:
        """Does the client take what is sent?"""
        ...

    def on_data(
        self,
        data: Callable[[bytes], object],
        lost: Callable[[], object],
        room: Callable[[], object],
        ended: Callable[[], object],
    ) -> None:
        """Say where bytes go, and who is told of the end, of room to write and of a half-close."""
        ...

    def close(self) -> None:
        """End the connection once all that was written has gone out."""
        ...


#: What a handler calls to pass the request on.
Proceed = Callable[[], Awaitable[None]]


class LiveHandler(Protocol):
    """What a handler's IR becomes when the server runs."""

    async def serve(self, ex: "Exchange", proceed: Proceed) -> None:
        """Answer, or pass on with ``await proceed()``; HandlerError if neither can be done."""
        ...


class Exchange:
    """A request, its body, where the answer goes, and what is remembered between handlers."""

    __slots__ = (
        "_lookup",
        "body",
        "error",
        "extra_log",
        "groups",
        "no_sniff",
        "original",
        "out",
        "request",
        "server",
        "started",
        "switch",
        "trusted",
    )

    def __init__(self, request: Request, body: Body, out: Writer, server: Any, now: float) -> None:
        self.request, self.body, self.out, self.server = request, body, out, server
        self.started = now  # monotonic, in seconds
        self.original = Original("", "", "", "", "", "")
        self.groups: set[str] = set()
        self.error: HandlerError | Exception | None = None
        self.trusted = False  # does the request come from a trusted proxy?
        self.no_sniff = False  # no Content-Type is to be guessed
        self.extra_log: dict[str, Any] = {}
        self.switch: Callable[[], Switched] | None = None  # set where the connection can switch
        self._lookup = lookup(request)

    def expand(self, text: str, empty: str = "") -> str:
        """Replace placeholders; unknown and empty ones become ``empty``."""
        template = placeholders.compile(text)
        return template.literal if template.constant else template.expand(self._lookup, empty)

    def expand_known(self, text: str, empty: str = "") -> str:
        """Replace the placeholders that are known, leave the others."""
        template = placeholders.compile(text)
        return (
            template.literal if template.constant else template.expand_known(self._lookup, empty)
        )

    def placeholder(self, name: str) -> Any:
        """Return a placeholder's value, None if it is unknown."""
        found = self._lookup(name)
        return None if found is UNKNOWN else found

    @property
    def error_status(self) -> int:
        """The status that the error being handled asks for; 0 if none is being handled."""
        if self.error is None:
            return 0
        return self.error.status if isinstance(self.error, HandlerError) else 500


def sorted_fields(headers: Headers) -> Iterator[tuple[str, str]]:
    """Return header fields the way Go sends them: sorted by name, values in their order."""
    return iter(sorted(headers, key=lambda f: f[0]))
