"""A house, a server and a client for tests, in memory and without a clock of their own."""

import random
from pathlib import Path

from twisted.internet.address import IPv4Address
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport

from caddylite.codec import from_plain
from caddylite.http.config import Server as ServerIR
from caddylite.http.live.http1 import Http1Connection
from caddylite.http.live.server import Server
from caddylite.layer4.live.timeouts import Timeouts
from caddylite.placeholders import Globals


class Log:
    """Collects records as (logger, level, message, fields)."""

    def __init__(self, name="", records=None):
        self.name = name
        self.records = [] if records is None else records

    def enabled(self, level):
        return level >= 10

    def debug(self, message, **fields):
        self.records.append((self.name, "debug", message, fields))

    def info(self, message, **fields):
        self.records.append((self.name, "info", message, fields))

    def warn(self, message, **fields):
        self.records.append((self.name, "warn", message, fields))

    def error(self, message, **fields):
        self.records.append((self.name, "error", message, fields))

    def named(self, name):
        return Log(f"{self.name}.{name}" if self.name else name, self.records)


class House:
    """The running house, with a clock that tests move."""

    def __init__(self, reactor=None):
        self.reactor = Clock() if reactor is None else reactor
        self.random = random.Random(7)
        self.environ = {}
        self.data_dir = self.config_dir = Path("/nonexistent")
        self.globals = Globals({})
        self.log = Log()
        self.stops = []
        self._timeouts = {}

    def clock(self):
        return 1_700_000_000 + self.reactor.seconds()

    def monotonic(self):
        return self.reactor.seconds()

    def later(self, seconds, call, *args):
        return self.reactor.callLater(seconds, call, *args)

    def timeouts(self, seconds):
        if seconds not in self._timeouts:
            self._timeouts[seconds] = Timeouts(seconds, self.later, self.monotonic)
        return self._timeouts[seconds]

    def logger(self, name):
        return self.log.named(name)

    def app(self, name):
        return None

    def on_stop(self, call):
        self.stops.append(call)


class Wire(StringTransport):
    """A transport in memory that knows half-closing, aborting and full buffers."""

    def __init__(self):
        super().__init__(
            IPv4Address("TCP", "127.0.0.1", 80), IPv4Address("TCP", "192.0.2.7", 4711)
        )
        self.aborted = self.half_closed = False

    def loseWriteConnection(self):
        self.half_closed = True

    def abortConnection(self):
        self.aborted = True
        super().abortConnection()

    @property
    def closing(self):
        return self.disconnecting or self.aborted or self.half_closed


def server(config, house=None, name="srv0"):
    """Make a server of its JSON form."""
    return Server(name, from_plain(ServerIR, config), house or House())


def routes(*handlers, **more):
    """Return the JSON of a server with one route of these handlers."""
    return {"routes": [{"handle": list(handlers)}], **more}


def connect(site):
    """Open a connection to a server; returns (connection, transport)."""
    connection = Http1Connection(site)
    transport = Wire()
    connection.makeConnection(transport)
    return connection, transport


def talk(site, *pieces):
    """Send bytes over a new connection and return what came back."""
    connection, transport = connect(site)
    for piece in pieces:
        connection.dataReceived(piece)
    return transport.value()


def get(path="/", *lines, method="GET", host="example.com", version="1.1"):
    """Return a request's bytes."""
    fields = "".join(f"{line}\r\n" for line in lines)
    return f"{method} {path} HTTP/{version}\r\nHost: {host}\r\n{fields}\r\n".encode()


def parse(data):
    """Split one response into (status, fields by lower-case name, body)."""
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    fields = {}
    for line in lines:
        name, _, value = line.partition(": ")
        fields.setdefault(name.lower(), []).append(value)
    return int(first.split()[1]), {k: ", ".join(v) for k, v in fields.items()}, body
