"""``echo``: sends everything back."""

from typing import ClassVar

from caddylite.layer4.handlers.echo import Echo as EchoConfig
from caddylite.layer4.live.building import Live
from caddylite.layer4.live.flow import Flow
from caddylite.layer4.live.protocols import HalfCloseable


class Echo(Live[EchoConfig]):
    """Echoes until the peer ends its side, then closes."""

    passes_on: ClassVar[bool] = False

    def __call__(self, flow: Flow) -> None:
        """Serve the echo."""
        flow.serve(EchoProtocol())


class EchoProtocol(HalfCloseable):
    """Writes what it receives; reads no more while the peer does not take it."""

    def connectionMade(self) -> None:
        """Let a full transport pause its own reading."""
        self.transport.registerProducer(self.transport, True)

    def dataReceived(self, data: bytes) -> None:
        """Send it back."""
        self.transport.write(data)

    def readConnectionLost(self) -> None:
        """All has been echoed: close, after a flush."""
        self.transport.unregisterProducer()
        self.transport.loseConnection()

    def writeConnectionLost(self) -> None:
        """Nothing to do."""
