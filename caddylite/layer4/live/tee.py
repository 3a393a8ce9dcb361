"""``tee``: what the client sends goes to a branch of handlers as well."""

from typing import Any

from twisted.internet.error import ConnectionDone
from twisted.python.failure import Failure

from caddylite.layer4.handlers.tee import Tee as TeeConfig
from caddylite.layer4.live.building import Builder, Live
from caddylite.layer4.live.flow import Flow
from caddylite.layer4.live.layer import Layer
from caddylite.layer4.live.transport_flow import TransportFlow


class Tee(Live[TeeConfig]):
    """The branch reads the same bytes, and writes to the same client, as in caddy-l4."""

    def prepare(self, builder: Builder) -> None:
        """Build the branch."""
        self.branch = builder.chain(self.ir.branch, _end, f"{self.label}/")

    def __call__(self, flow: Flow) -> None:
        """Put the fork between."""
        flow.serve(_Fork(flow, self))


def _end(flow: Flow) -> None:
    """A branch whose handlers all pass on just ends."""
    flow.close()


class _Fork(Layer):
    """Gives every byte to the branch first; a branch that is full holds up the main way."""

    def __init__(self, outer: Flow, tee: Tee) -> None:
        super().__init__(outer, tee.nxt, tee.house)
        self._branch: Any = TransportFlow(tee.branch, tee.house, self.inner.cx, None)
        self._twig = _Twig(self)
        self._waiting = {"main": False, "branch": False}

    def connectionMade(self) -> None:
        """Start both."""
        self._branch.makeConnection(self._twig)
        self.begin()

    def dataReceived(self, data: bytes) -> None:
        """Pass bytes on, twice."""
        if self._twig.open:
            self._branch.dataReceived(data)
        self.inner.dataReceived(data)

    def readConnectionLost(self) -> None:
        """Pass the end on, twice."""
        if self._twig.open:
            self._branch.readConnectionLost()
        super().readConnectionLost()

    def connectionLost(self, reason: Any = None) -> None:
        """Pass it on, twice."""
        self._twig.end(reason)
        super().connectionLost(reason)

    def end_branch(self, reason: Any) -> None:
        """The branch is over; the main way goes on."""
        self._branch.connectionLost(reason)
        self.hold("branch", False)

    def hold(self, who: str, paused: bool) -> None:
        """Read from the client only while both want more."""
        self._waiting[who] = paused
        if any(self._waiting.values()):
            self.transport.pauseProducing()
        else:
            self.transport.resumeProducing()

    def pauseProducing(self) -> None:
        """The main way is full."""
        self.hold("main", True)

    def resumeProducing(self) -> None:
        """The main way wants more."""
        self.hold("main", False)


class _Twig:
    """The branch's transport."""

    def __init__(self, fork: _Fork) -> None:
        self._fork = fork
        self.open = True

    def write(self, data: bytes) -> None:
        if self.open:
            self._fork.write(data)

    def writeSequence(self, data: Any) -> None:
        self.write(b"".join(data))

    def loseConnection(self) -> None:
        self.end(None)

    abortConnection = loseConnection

    def loseWriteConnection(self) -> None:
        """The client is the main way's to close."""

    def end(self, reason: Any) -> None:
        if self.open:
            self.open = False
            self._fork.end_branch(reason or Failure(ConnectionDone()))  # type: ignore[no-untyped-call]

    def pauseProducing(self) -> None:
        self._fork.hold("branch", True)

    def resumeProducing(self) -> None:
        self._fork.hold("branch", False)

    def stopProducing(self) -> None:
        self.end(None)

    def registerProducer(self, producer: Any, streaming: bool) -> None:
        """The main way's producer is the one the client may pause."""

    def unregisterProducer(self) -> None:
        """Nothing was registered."""

    def getPeer(self) -> Any:
        return self._fork.getPeer()

    def getHost(self) -> Any:
        return self._fork.getHost()
