"""A base for protocols that end their two directions separately."""

from typing import Any

from twisted.internet.interfaces import IHalfCloseableProtocol
from twisted.internet.protocol import Protocol
from zope.interface import implementer


@implementer(IHalfCloseableProtocol)
class HalfCloseable(Protocol):
    """A protocol that hears of the peer's end of stream, on a transport of any kind."""

    transport: Any

    def readConnectionLost(self) -> None:
        """The peer has ended its side."""
        self.transport.loseConnection()

    def writeConnectionLost(self) -> None:
        """Our side has been ended."""
