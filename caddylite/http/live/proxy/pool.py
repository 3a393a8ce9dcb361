"""Connections to upstreams: dialling, and keeping idle ones for the next request."""

from collections import deque
from typing import Any

from twisted.internet import error as network
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IAddress
from twisted.internet.protocol import Factory

from caddylite.context import House
from caddylite.http.live.proxy.connection import UpstreamConnection, UpstreamError
from caddylite.http.live.proxy.upstreams import Target
from caddylite.ip import parse_address


class Pool:
    """All the connections of one transport.

    ``dial_timeout`` and ``idle_timeout`` are in seconds; ``per_host`` and ``total`` bound how many
    idle connections are kept (``total`` 0: no bound).
    """

    def __init__(
        self,
        house: House,
        dial_timeout: float = 3.0,
        idle_timeout: float = 120.0,
        per_host: int = 32,
        total: int = 0,
        bind: tuple[str, int] | None = None,
    ) -> None:
        self._house, self._dial_timeout, self._idle_timeout = house, dial_timeout, idle_timeout
        self._per_host, self._total, self._bind = per_host, total, bind
        self._idle: dict[tuple[Target, str], deque[UpstreamConnection]] = {}
        self._count = 0

    def take(self, target: Target, name: str) -> UpstreamConnection | None:
        """Return an idle connection, the one used last; None if there is none."""
        kept = self._idle.get((target, name))
        while kept:
            connection = kept.pop()
            self._count -= 1
            connection.on_idle_end = None
            if connection.alive:
                return connection
        return None

    def give_back(self, target: Target, name: str, connection: UpstreamConnection) -> None:
        """Keep an idle connection for later, if there is room for it."""
        kept = self._idle.setdefault((target, name), deque())
        full = len(kept) >= self._per_host or (self._total and self._count >= self._total)
        if full or not connection.alive or self._idle_timeout <= 0:
            connection.close()
            return
        kept.append(connection)
        self._count += 1
        since = connection.idle_since = self._house.monotonic()

        def end() -> None:
            if connection in kept:
                kept.remove(connection)
                self._count -= 1

        def expire() -> None:
            if connection.idle and connection.idle_since == since and connection in kept:
                end()
                connection.on_idle_end = None
                connection.close()

        timer = self._house.later(self._idle_timeout, expire)

        def ended() -> None:
            end()
            if timer.active():
                timer.cancel()

        connection.on_idle_end = ended

    def close(self) -> None:
        """Close what is idle."""
        for kept in self._idle.values():
            for connection in tuple(kept):
                connection.on_idle_end = None
                connection.close()
            kept.clear()
        self._count = 0

    async def dial(self, target: Target, tls: Any) -> UpstreamConnection:
        """Connect; ``tls`` is what starts TLS (None: plain). UpstreamError if it fails."""
        factory = _OneConnection(tls)
        try:
            await self._connect(target, factory)
        except CancelledError:
            raise
        except (network.ConnectError, network.DNSLookupError, OSError) as error:
            raise UpstreamError(_dial_words(target, error), dialing=True) from None
        connection = factory.made
        if connection is None:
            raise UpstreamError(f"dial tcp {target}: no connection", dialing=True)
        return connection

    def _connect(self, target: Target, factory: "_OneConnection") -> Deferred[Any]:
        import twisted.internet.endpoints

        endpoints: Any = twisted.internet.endpoints
        reactor, timeout = self._house.reactor, self._dial_timeout
        endpoint: Any
        if target.network == "unix":
            endpoint = endpoints.UNIXClientEndpoint(reactor, target.host, timeout=timeout)
        elif _is_address(target.host):
            endpoint = endpoints.TCP4ClientEndpoint(
                reactor, target.host, target.port, timeout=timeout, bindAddress=self._bind
            )
        else:
            endpoint = endpoints.HostnameEndpoint(
                reactor, target.host, target.port, timeout=timeout, bindAddress=self._bind
            )
        connected: Deferred[Any] = endpoint.connect(factory)
        return connected


class _OneConnection(Factory):
    """Makes the protocol of one connection, with TLS underneath where it is wanted."""

    noisy = False

    def __init__(self, tls: Any) -> None:
        self._tls = tls
        self.made: UpstreamConnection | None = None

    def buildProtocol(self, addr: IAddress | None) -> Any:
        """Make it."""
        self.made = UpstreamConnection()
        if self._tls is None:
            return self.made
        from twisted.protocols.tls import TLSMemoryBIOFactory

        inner, connection = Factory(), self.made
        inner.noisy = False
        inner.buildProtocol = lambda addr: connection  # type: ignore[method-assign]
        return TLSMemoryBIOFactory(self._tls, True, inner).buildProtocol(addr)


def _is_address(host: str) -> bool:
    try:
        parse_address(host)
    except ValueError:
        return False
    return True


def _dial_words(target: Target, error: BaseException) -> str:
    """Say why dialling failed, as Go does."""
    where = f"dial {'unix' if target.network == 'unix' else 'tcp'} {target.address}: "
    if isinstance(error, network.ConnectionRefusedError):
        return where + "connect: connection refused"
    if isinstance(error, network.TimeoutError):
        return where + "i/o timeout"
    if isinstance(error, network.DNSLookupError):
        return f"dial tcp: lookup {target.host}: no such host"
    text = getattr(error, "osError", None)
    import os

    return where + (
        f"connect: {os.strerror(text).lower()}" if isinstance(text, int) else str(error)
    )
