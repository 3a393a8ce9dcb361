"""Listeners, clients and upstreams of datagrams, in a world that a test turns by hand."""

import socket
from contextlib import suppress

from caddylite.codec import from_plain
from caddylite.layer4.config import Layer4
from caddylite.runtime import listeners
from caddylite.runtime.service import take_from


class Datagrams:
    """``now`` is the house's time; it only moves when a test says so."""

    def __init__(self, world) -> None:
        self.world, self.house = world, world.house
        self.listeners, self.sockets = [], []
        self.house.clock = lambda: 1_700_000_000.0

    def stop_time(self) -> None:
        """Let time pass by :meth:`pass_time` only, as far as associations are concerned."""
        self.now = 1000.0
        self.house.monotonic = lambda: self.now

    def pass_time(self, seconds: float) -> None:
        """Let time pass, and let the listeners look at it."""
        self.now += seconds
        for listener in self.listeners:
            if listener._looking is not None and listener._looking.active():
                listener._looking.cancel()
            listener._look()

    def serve(self, *routes, listen="udp/127.0.0.1:0", **server):
        """Listen with these routes; return the first listener."""
        app = {"servers": {"srv0": {"listen": [listen], "routes": list(routes), **server}}}
        made = []
        for entry in self.world.maker.layer4(from_plain(Layer4, app)):
            sock = listeners.listen(entry.address)
            made.append(take_from(sock, entry, self.house))
            self.world.entry = entry
        self.listeners += made
        return made[0]

    def client(self, where, bind=None) -> socket.socket:
        """A socket connected to a listener (or an address)."""
        address = where.sock.getsockname() if hasattr(where, "sock") else where
        if isinstance(address, (str, bytes)):
            sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            sock.bind(bind if bind is not None else "")
        else:
            family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
            sock = socket.socket(family, socket.SOCK_DGRAM)
            sock.bind(bind or (("::1" if ":" in address[0] else "127.0.0.1"), 0))
        sock.connect(address)
        sock.setblocking(False)
        self.sockets.append(sock)
        return sock

    def backend(self, path=None) -> "Backend":
        return Backend(self, path)

    def receive(self, sock) -> bytes:
        """The next datagram."""
        return self.receive_from(sock)[0]

    def receive_from(self, sock) -> tuple:
        got = []

        def take() -> bool:
            with suppress(BlockingIOError):
                got.append(sock.recvfrom(65536))
            return bool(got)

        self.world.turn(take)
        return got[0]

    def nothing(self, sock) -> bool:
        """Does nothing come?"""
        self.world.rest(0.03)
        try:
            sock.recv(10)
        except BlockingIOError:
            return True
        return False

    def turn(self, until) -> None:
        self.world.turn(until)

    def close(self) -> None:
        for listener in self.listeners:
            listener.stop()
        for sock in self.sockets:
            sock.close()


class Backend:
    """An upstream that takes datagrams."""

    def __init__(self, net: Datagrams, path=None) -> None:
        self.net = net
        self.sock = socket.socket(socket.AF_UNIX if path else socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind(str(path) if path else ("127.0.0.1", 0))
        self.sock.setblocking(False)
        net.sockets.append(self.sock)
        self.dial = f"unixgram/{path}" if path else f"udp/127.0.0.1:{self.sock.getsockname()[1]}"

    def proxy(self, **more) -> dict:
        """The handler that proxies here."""
        return {"handler": "proxy", "upstreams": [{"dial": [self.dial]}], **more}

    def take(self) -> tuple:
        """The next datagram and its sender."""
        return self.net.receive_from(self.sock)

    def untouched(self) -> bool:
        return self.net.nothing(self.sock)
