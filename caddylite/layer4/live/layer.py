"""A layer between a connection and the rest of its handlers, by default a transparent one."""

from dataclasses import replace
from typing import Any

from twisted.internet.interfaces import IConsumer, ITransport
from twisted.python.failure import Failure
from zope.interface import implementer

from caddylite.layer4.live.flow import Flow
from caddylite.layer4.live.half_close import read_ended, understands
from caddylite.layer4.live.protocols import HalfCloseable
from caddylite.layer4.live.selector import Next
from caddylite.layer4.live.transport_flow import TransportFlow


class Outside:
    """Owns a flow inside another: what became of it is what becomes of the connection."""

    __slots__ = ("_flow",)
    remembers = False

    def __init__(self, flow: Flow) -> None:
        self._flow = flow

    def closed(self, flow: Flow) -> None:
        """Let the log of the connection tell which route was taken, and why it ended."""
        outer = self._flow
        outer.route = flow.route or outer.route
        outer.why = outer.why or flow.why


@implementer(ITransport, IConsumer)
class Layer(HalfCloseable):
    """A protocol towards the connection and a transport towards the flow inside.

    What a subclass does not say otherwise goes straight through.
    """

    def __init__(self, outer: Flow, nxt: Next, house: Any) -> None:
        self.house = house
        self.inner: Any = TransportFlow(nxt, house, replace(outer.cx), Outside(outer))
        self.read_over = False

    def begin(self) -> None:
        """Start the flow inside."""
        self.inner.makeConnection(self)

    def connectionMade(self) -> None:
        """Start."""
        self.begin()

    def dataReceived(self, data: bytes) -> None:
        """Pass bytes on."""
        self.inner.dataReceived(data)

    def readConnectionLost(self) -> None:
        """Pass the end on."""
        self.read_over = True
        read_ended(self.inner, self)

    def writeConnectionLost(self) -> None:
        """Pass it on."""
        if understands(self.inner):
            self.inner.writeConnectionLost()

    def connectionLost(self, reason: Failure | None = None) -> None:
        """Pass it on."""
        self.inner.connectionLost(reason)

    # As a transport: what is not here is the transport's below.

    def write(self, data: bytes) -> None:
        """Write to the client."""
        self.transport.write(data)

    def writeSequence(self, data: Any) -> None:
        """Write several pieces."""
        self.transport.write(b"".join(data))

    def loseConnection(self) -> None:
        """Close after a flush."""
        self.transport.loseConnection()

    def getPeer(self) -> Any:
        """The client's address."""
        return self.transport.getPeer()

    def getHost(self) -> Any:
        """Our address."""
        return self.transport.getHost()

    def registerProducer(self, producer: Any, streaming: bool) -> None:
        """Let the client's transport pause a producer."""
        self.transport.registerProducer(producer, streaming)

    def unregisterProducer(self) -> None:
        """It has finished."""
        self.transport.unregisterProducer()

    def __getattr__(self, name: str) -> Any:
        # What the transport below provides (zope's ``__provides__``) is not what we provide.
        if name == "transport" or name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.transport, name)
