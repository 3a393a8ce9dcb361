"""Two ends of a connection in memory: a TLS client, a TLSConnection over a plain transport."""

import ssl
import time
from typing import Any

from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import IHalfCloseableProtocol
from twisted.internet.protocol import Protocol
from twisted.python.failure import Failure
from zope.interface import implementer

from caddylite.tls.live.app import make_apps
from caddylite.tls.live.connection import TLSConnection
from caddylite.tls.live.policies import Policies
from caddylite.tls.live.termination import Terminator
from tests.tls.house import House


class Address:
    def __init__(self, host="192.0.2.7", port=4711):
        self.host, self.port = host, port


class Below:
    """The transport below: what is written piles up in ``out``."""

    def __init__(self):
        self.out = b""
        self.closed = self.aborted = self.paused = False
        self.producer: Any = None

    def write(self, data):
        assert not self.closed
        self.out += data

    def writeSequence(self, pieces):
        self.write(b"".join(pieces))

    def loseConnection(self):
        self.closed = True

    def abortConnection(self):
        self.closed = self.aborted = True

    def pauseProducing(self):
        self.paused = True

    def resumeProducing(self):
        self.paused = False

    def registerProducer(self, producer, streaming):
        self.producer = producer

    def unregisterProducer(self):
        self.producer = None

    def getPeer(self):
        return Address()

    def getHost(self):
        return Address("127.0.0.1", 443)


@implementer(IHalfCloseableProtocol)
class Inner(Protocol):
    """Notes what happens to it."""

    def __init__(self):
        self.got, self.events = b"", []
        self.lost: Failure | None = None

    def connectionMade(self):
        self.events.append("made")

    def dataReceived(self, data):
        self.got += data

    def readConnectionLost(self):
        self.events.append("read lost")

    def writeConnectionLost(self):
        self.events.append("write lost")

    def connectionLost(self, reason=None):
        self.events.append("lost")
        self.lost = reason


class Plain(Protocol):
    """Knows nothing of half-closing."""

    def __init__(self):
        self.got, self.events = b"", []

    def dataReceived(self, data):
        self.got += data

    def connectionLost(self, reason=None):
        self.events.append("lost")


class Client:
    """Python's own TLS on memory buffers."""

    def __init__(self, context: ssl.SSLContext, name: str | None, session=None):
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(
            self.incoming, self.outgoing, server_hostname=name, session=session
        )

    def shake(self) -> bool:
        try:
            self.tls.do_handshake()
        except ssl.SSLWantReadError:
            return False
        return True

    def read(self) -> bytes:
        out = b""
        while True:
            try:
                piece = self.tls.read(65536)
            except ssl.SSLWantReadError:
                return out
            if not piece:
                return out
            out += piece


class Pair:
    """A client and a server that talk through buffers, when told to."""

    def __init__(
        self, server: "Server", name: str | None, context=None, inner=Inner, session=None
    ):
        self.server = server
        self.client = Client(context or server.client_context(), name, session)
        self.below, self.inner = Below(), inner()
        self.made = 0
        self.conn = TLSConnection(server.terminator, self._make)
        self.conn.makeConnection(self.below)

    def _make(self, conn):
        self.made += 1
        return self.inner

    def to_server(self, step: int = 0) -> None:
        data = self.client.outgoing.read()
        step = step or len(data) or 1
        for at in range(0, len(data), step):
            self.conn.dataReceived(data[at : at + step])

    def to_client(self) -> None:
        data, self.below.out = self.below.out, b""
        self.client.incoming.write(data)

    def shake(self, step: int = 0) -> "Pair":
        for _ in range(5):
            done = self.client.shake()
            self.to_server(step)
            self.to_client()
            if done:
                self.client.read()
                return self
        raise AssertionError("no handshake")

    def lose(self) -> None:
        self.conn.connectionLost(Failure(ConnectionDone()))


class Server:
    """A TLS app with one terminator."""

    def __init__(
        self, tmp_path, tls=None, policies=(), names=("localhost",), pki=None, alpn=None, **more
    ):
        self.house = House(tmp_path, time.time())
        self.app, self.pki = make_apps(tls, pki, self.house)
        self.house.apps = {"tls": self.app, "pki": self.pki}
        self.app.start(names, names)
        self.failures: list[str] = []
        self.terminator = Terminator(
            Policies(policies, self.app, self.house, alpn),
            self.house,
            lambda remote, why: self.failures.append(why),
            **more,
        )

    def client_context(self, alpn=(), verify=True) -> ssl.SSLContext:
        context = ssl.create_default_context()
        context.load_verify_locations(cadata=self.root_pem())
        if not verify:
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        if alpn:
            context.set_alpn_protocols(list(alpn))
        return context

    def root_pem(self) -> str:
        from cryptography.hazmat.primitives.serialization import Encoding

        return self.pki.authority().root.public_bytes(Encoding.PEM).decode()

    def pair(
        self, name: str | None = "localhost", context=None, inner=Inner, session=None
    ) -> Pair:
        return Pair(self, name, context, inner, session)
