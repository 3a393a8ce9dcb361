"""Two transports joined: what one receives the other writes, with backpressure and half-close."""

from typing import Any

from twisted.python.failure import Failure

from caddylite.layer4.live.protocols import HalfCloseable


class Pump(HalfCloseable):
    """One end of a joined pair; ``other`` is the other end.

    A transport that is full pauses the one that feeds it. The end of a stream is passed on after
    everything before it; a connection that breaks takes the other with it, after a flush.
    """

    def __init__(self, transport: Any) -> None:
        self.transport = transport
        self.other: Pump | None = None
        self._early: list[bytes] = []
        self._over = False  # nothing more will come from this end
        self._producing = False

    def connectionMade(self) -> None:
        """Both ends there: let each pause the other."""
        other = self.other
        if other is None or other.transport is None or self.transport is other.transport:
            return
        for one, two in ((self, other), (other, self)):
            if not one._producing and two.transport is not None and one.transport is not None:
                one._producing = True
                one.transport.registerProducer(two.transport, True)
        for one, two in ((self, other), (other, self)):
            early, two._early = two._early, []
            for data in early:
                one.transport.write(data)

    def dataReceived(self, data: bytes) -> None:
        """Pass bytes on."""
        other = self.other
        if other is None:
            return
        if other.transport is None:
            self._early.append(data)
        else:
            other.transport.write(data)

    def readConnectionLost(self) -> None:
        """Pass the end of the stream on."""
        self._end()

    def writeConnectionLost(self) -> None:
        """Ours has been passed on."""

    def _end(self) -> None:
        other = self.other
        if self._over or other is None:
            return
        self._over = True
        if other._over:
            self._unregister()
            for end in (self, other):
                end.transport.loseConnection()
        else:
            half = getattr(other.transport, "loseWriteConnection", None)
            if half is not None:
                other._release()
                half()
            else:
                self._unregister()
                other.transport.loseConnection()

    def _release(self) -> None:
        """Half-closing waits until no producer is registered."""
        if self._producing:
            self._producing = False
            self.transport.unregisterProducer()

    def _unregister(self) -> None:
        self._release()
        if self.other is not None:
            self.other._release()

    def connectionLost(self, reason: Failure | None = None) -> None:
        """This end is gone."""
        other = self.other
        if other is None:
            return
        self._unregister()
        self.other = other.other = None
        if other.transport is not None:
            other.transport.loseConnection()  # after a flush
