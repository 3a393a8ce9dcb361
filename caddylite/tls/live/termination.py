"""What TLS connections of one place have in common, and the factory that makes them."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from twisted.internet.interfaces import IProtocolFactory
from zope.interface import implementer

from caddylite.context import House
from caddylite.placeholders import UNKNOWN
from caddylite.tls.live.policies import Policies

if TYPE_CHECKING:
    from caddylite.tls.live.connection import TLSConnection

#: How long a handshake may take, in seconds (Caddy: ``read_header_timeout``, one minute).
HANDSHAKE_SECONDS: Final = 60.0
#: How long a connection may take to close once we have said that we close, in seconds.
CLOSING_SECONDS: Final = 5.0


class Peer:
    """Whose ClientHello it is, for the handshake matchers."""

    __slots__ = ("local", "placeholders", "remote")

    def __init__(self, remote: tuple[str, int] | str, local: tuple[str, int] | str) -> None:
        self.remote, self.local = remote, local
        self.placeholders: dict[str, Any] = {}

    def lookup(self, name: str) -> Any:
        """Return what a matcher has set."""
        return self.placeholders.get(name, UNKNOWN)


class Terminator:
    """What the connections of one listener (or one ``tls`` handler) have in common.

    ``failed(remote, why)`` is told of handshakes that come to nothing, for the debug log.
    ``not_tls`` says what a client is answered whose first bytes are not TLS (nothing, usually).
    """

    def __init__(
        self,
        policies: Policies,
        house: House,
        failed: Callable[[Any, str], object] | None = None,
        *,
        not_tls: Callable[[bytes], bytes] | None = None,
        handshake_seconds: float = HANDSHAKE_SECONDS,
    ) -> None:
        self.policies = policies
        self.failed, self.not_tls = failed, not_tls
        self.opening = house.timeouts(handshake_seconds)
        self.closing = house.timeouts(CLOSING_SECONDS)


@implementer(IProtocolFactory)
class TLSFactory:
    """Wraps a factory: its protocols get the plain stream."""

    noisy = False

    def __init__(self, inner: Any, terminator: Terminator) -> None:
        self.inner, self.terminator = inner, terminator

    def buildProtocol(self, addr: Any) -> "TLSConnection":
        """Make the outer protocol of a connection; the inner one follows after the handshake."""
        from caddylite.tls.live.connection import TLSConnection

        return TLSConnection(self.terminator, lambda _: self.inner.buildProtocol(addr))

    def doStart(self) -> None:
        """Pass on that a port listens."""
        self.inner.doStart()

    def doStop(self) -> None:
        """Pass on that a port has stopped."""
        self.inner.doStop()
