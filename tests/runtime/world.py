"""A house with a reactor that a test turns by hand, on each of the carriages."""

import os
import socket
import time
from contextlib import suppress
from pathlib import Path
from random import Random

from twisted.internet.epollreactor import EPollReactor
from twisted.internet.selectreactor import SelectReactor

from caddylite.codec import from_plain
from caddylite.layer4.config import Layer4
from caddylite.netaddr import NetworkAddress
from caddylite.runtime import listeners, pipes
from caddylite.runtime.accept import Acceptor
from caddylite.runtime.dial import Dialer, TwistedDialer
from caddylite.runtime.house import RunningHouse
from caddylite.runtime.logs import Log, LogBook
from caddylite.runtime.reactor import _make_class
from caddylite.runtime.tree import TreeMaker

#: fast: our reactor; watch: raw sockets on a stock one; plain: Twisted's own transports.
CARRIAGES = ("fast", "watch", "plain")


class World:
    """Serves layer-4 routes; ``records`` are the log's."""

    def __init__(self, carriage: str, tmp_path: Path) -> None:
        self.carriage, self.tmp_path = carriage, tmp_path
        make = {"fast": _make_class(), "watch": EPollReactor, "plain": SelectReactor}[carriage]
        self.reactor = make()
        self.records = []
        book = LogBook([Log(self._record, 10)])
        self.house = RunningHouse(
            self.reactor,
            book,
            environ={"HOME": str(tmp_path)},
            chance=Random(1),
            dialer=TwistedDialer if carriage == "plain" else Dialer,
        )
        self.house.resolver = self.names = FakeResolver()
        self.maker = TreeMaker(self.house)
        self.open = []
        self.entry = None

    def _record(self, level, now, name, message, fields) -> None:
        self.records.append((name, message, fields))

    def said(self, message: str) -> list[dict]:
        return [fields for _, m, fields in self.records if m == message]

    # Serving.

    def serve(self, *routes, unix: Path | None = None, **server) -> tuple:
        """Listen with these routes (JSON form); return the address to connect to."""
        listen = f"unix/{unix}" if unix else "127.0.0.1:0"
        app = {"servers": {"srv0": {"listen": [listen], "routes": list(routes), **server}}}
        (entry,) = self.maker.layer4(from_plain(Layer4, app))
        return self.listen(entry)

    def listen(self, entry) -> tuple:
        """Put an entry of the tree on the carriage."""
        self.entry = entry
        if self.carriage == "plain":
            factory = entry.factory(self.house)
            if entry.address.is_unix:
                port = self.reactor.listenUNIX(entry.address.host, factory)
            else:
                port = self.reactor.listenTCP(0, factory, interface="127.0.0.1")
            self.open.append(port.stopListening)
            where = port.getHost()
            return entry.address.host if entry.address.is_unix else ("127.0.0.1", where.port)
        sock = listeners.listen(entry.address)
        acceptor = Acceptor(sock, self.house, entry.start, entry.connections)
        self.open.append(acceptor.stop)
        name = sock.getsockname()
        return name if isinstance(name, str) else ("127.0.0.1", name[1])

    # Turning.

    def turn(self, until=lambda: False, seconds: float = 5.0, always: bool = False) -> bool:
        """Turn the reactor until something is true."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.reactor.iterate(0.002)
            if until():
                return True
        if not always:
            raise AssertionError("it did not happen in time")
        return False

    def rest(self, seconds: float) -> None:
        """Turn for a while."""
        self.turn(seconds=seconds, always=True)

    def wait(self, seconds: float) -> None:
        """Let the time of the house pass, as far as its timers are concerned."""
        self.rest(seconds)

    # The ends.

    def client(self, address) -> socket.socket:
        """Connect to what is served."""
        kind = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
        sock = socket.socket(kind)
        sock.setblocking(False)
        self.open.append(sock.close)
        with suppress(BlockingIOError):
            sock.connect(address)
        return sock

    def backend(self, unix: Path | None = None, *, dead: bool = False) -> "Backend":
        """Listen as an upstream; a dead one keeps its address and refuses connections."""
        return Backend(self, unix, dead)

    def send(self, sock, data: bytes) -> None:
        """Send all of it, turning."""
        view = memoryview(data)
        while view:
            try:
                view = view[sock.send(view[: 1 << 18]) :]
            except BlockingIOError:
                self.reactor.iterate(0.001)

    def receive(self, sock, size: int = 0, seconds: float = 5.0) -> bytes:
        """Receive so many bytes, or until the end of the stream."""
        out = bytearray()
        end = time.monotonic() + seconds
        while not size or len(out) < size:
            try:
                data = sock.recv(1 << 18)
            except BlockingIOError:
                self.reactor.iterate(0.001)
                if time.monotonic() > end:
                    raise AssertionError(f"only {bytes(out[:200])!r} ({len(out)}) came") from None
                continue
            if not data:
                break
            out += data
        return bytes(out)

    def closed(self, sock, seconds: float = 5.0) -> bool:
        """Is it closed, with nothing more to read?"""
        try:
            return self.receive(sock, seconds=seconds) == b""
        except ConnectionError:
            return True

    def idle(self) -> bool:
        """Is no connection left?"""
        return self.entry is None or not self.entry.connections.active

    def close(self) -> None:
        """Stop everything, and see that it is gone."""
        for shut in reversed(self.open):
            shut()
        self.turn(self.idle)
        self.rest(0.02)
        for call in self.reactor.getDelayedCalls():
            call.cancel()
        self.reactor.removeAll()
        waker = getattr(self.reactor, "waker", None)
        if waker is not None:
            for fd in (waker.i, waker.o):
                with suppress(OSError):
                    os.close(fd)
        poller = getattr(self.reactor, "_poller", None)
        if poller is not None:
            poller.close()
        pipes.drop_all()


class Backend:
    """An upstream whose connections a test takes one by one."""

    def __init__(self, world: World, unix: Path | None, dead: bool) -> None:
        self.world = world
        self.sock = socket.socket(socket.AF_UNIX if unix else socket.AF_INET)
        self.sock.bind(str(unix) if unix else ("127.0.0.1", 0))
        if not dead:
            self.sock.listen()
        self.sock.setblocking(False)
        world.open.append(self.sock.close)
        if unix:
            self.dial = f"unix/{unix}"
        else:
            self.port = self.sock.getsockname()[1]
            self.dial = f"127.0.0.1:{self.port}"

    def proxy(self, **more) -> dict:
        """The handler that proxies here."""
        return {"handler": "proxy", "upstreams": [{"dial": [self.dial]}], **more}

    def take(self) -> socket.socket:
        """Accept one connection."""
        got = []

        def accept() -> bool:
            try:
                got.append(self.sock.accept()[0])
            except BlockingIOError:
                return False
            return True

        self.world.turn(accept)
        got[0].setblocking(False)
        self.world.open.append(got[0].close)
        return got[0]

    def untouched(self) -> bool:
        """Has nobody connected?"""
        try:
            self.sock.accept()[0].close()
        except BlockingIOError:
            return True
        return False


class FakeResolver:
    """Answers from ``known``; ``later`` keeps the answers back."""

    def __init__(self) -> None:
        self.known = {}
        self.later = None
        self.asked = []

    def lookup(self, host, then) -> None:
        self.asked.append(host)
        found = [(socket.AF_INET, a) for a in self.known.get(host, ())]
        why = "" if found else f"lookup {host}: no such host"
        if self.later is None:
            then(found, why)
        else:
            self.later.append(lambda: then(found, why))


def open_descriptors() -> int:
    """How many descriptors this process has."""
    return len(os.listdir("/proc/self/fd"))


def address(text: str) -> NetworkAddress:
    return NetworkAddress.parse(text)
