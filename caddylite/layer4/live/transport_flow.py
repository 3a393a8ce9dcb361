"""A flow over a Twisted transport: in memory, on a stock reactor, or inside TLS."""

from collections.abc import Callable
from typing import Any, cast

from twisted.internet.interfaces import (
    IProtocol,
    ITransport,
)
from twisted.python.failure import Failure

from caddylite.layer4.live.addresses import from_twisted, to_twisted
from caddylite.layer4.live.flow import Flow, Forwarder, Owner, Reader, Target
from caddylite.layer4.live.half_close import read_ended, understands
from caddylite.layer4.live.protocols import HalfCloseable
from caddylite.layer4.live.pump import Pump
from caddylite.layer4.matching import Connection

#: Unread bytes that are kept before the transport is paused.
_ENOUGH = 64 * 1024


class TransportFlow(HalfCloseable, Flow):
    """Both a Twisted protocol and a Flow: ``start(flow)`` is called once it is connected.

    ``house.connect`` reaches targets. ``owner`` is told at the end; a flow inside another (after
    ``tls``) has none, since the outer one is counted.
    """

    def __init__(
        self,
        start: Callable[[Flow], None],
        house: Any,
        cx: Connection | None = None,
        owner: Owner | None = None,
    ) -> None:
        Flow.__init__(self, cx or Connection(), owner)
        self._start, self._house = start, house
        self._reader: Reader | None = None
        self._inner: IProtocol | None = None
        self._paused = False
        self._gone = False
        self._dial: Any = None

    # As a protocol.

    def connectionMade(self) -> None:
        """The transport is there: start."""
        self._start(self)

    def dataReceived(self, data: bytes) -> None:
        """Take bytes for whoever has the flow."""
        self.read += len(data)
        if self._inner is not None:
            self._inner.dataReceived(data)
            return
        self.data += data
        if self.cx.is_datagram:
            self.datagrams += (data,)
        if self._reader is not None:
            self._reader.more()
        elif len(self.data) >= _ENOUGH:
            self._pause()

    def readConnectionLost(self) -> None:
        """The peer has ended its side."""
        self.ended = True
        if self._inner is not None:
            read_ended(self._inner, self.transport)
        elif self._reader is not None:
            self._reader.ended()

    def writeConnectionLost(self) -> None:
        """Our side has been ended."""
        inner: Any = self._inner
        if understands(inner):
            inner.writeConnectionLost()

    def connectionLost(self, reason: Failure | None = None) -> None:
        """The connection is gone."""
        if self._gone:
            return
        self._gone = self.ended = True
        if self._dial is not None:
            self._dial.cancel()
        if self._inner is not None:
            self._inner.connectionLost(reason)  # type: ignore[arg-type]
        elif self._reader is not None:
            reader, self._reader = self._reader, None
            reader.lost()
        self._over()

    # As a flow.

    def watch(self, reader: Reader) -> None:
        """Tell the reader what comes."""
        self._reader = reader
        self._resume()
        if self._gone:
            reader.lost()
        elif self.ended:
            reader.ended()

    def unwatch(self) -> None:
        """Stop telling."""
        self._reader = None

    def serve(self, protocol: IProtocol) -> None:
        """Put a protocol in this one's place."""
        self._reader, self._inner = None, protocol
        transport = self.transport
        counted = _Counted(transport, self)
        protocol.makeConnection(cast(ITransport, counted))
        data, self.data = self.data, b""
        datagrams, self.datagrams = self.datagrams, ()
        for piece in datagrams or ((data,) if data else ()):
            if not self._gone:
                protocol.dataReceived(piece)
        self._resume()
        if self.ended and not self._gone:
            read_ended(protocol, transport)

    def forward(self, target: Target, preface: bytes, forwarder: Forwarder) -> None:
        """Connect with the house's transports and pump."""
        self._reader = None
        self._pause()
        target.conns += 1
        self.target = target
        upstream: Any = _Upstream(self, target, preface, forwarder)
        if forwarder.wrap is not None:
            upstream = forwarder.wrap(upstream, self, target)
        bind, dialled = forwarder.bind, getattr(forwarder, "dialled", None)
        self._dial = self._house.dial(
            target,
            upstream,
            forwarder.connect_timeout,
            bind=None if bind is None else lambda sock: bind(sock, self),
            **({} if dialled is None else {"dialled": dialled}),
        )

    def send(self, data: bytes) -> None:
        """Write to the client."""
        self.written += len(data)
        self.transport.write(data)

    def close(self, why: str = "") -> None:
        """Flush and close."""
        self.why = self.why or why
        if not self._gone:
            self._resume()
            self.transport.loseConnection()

    def abort(self, why: str = "") -> None:
        """Close without waiting."""
        self.why = self.why or why
        if not self._gone:
            abort = getattr(self.transport, "abortConnection", self.transport.loseConnection)
            abort()

    def _pause(self) -> None:
        if not self._paused and not self._gone:
            self._paused = True
            self.transport.pauseProducing()

    def _resume(self) -> None:
        if self._paused and not self._gone:
            self._paused = False
            self.transport.resumeProducing()


class _Upstream(Pump):
    """The way to a target; once it is there, it is joined with the client's end."""

    def __init__(
        self, flow: TransportFlow, target: Target, preface: bytes, forwarder: Forwarder
    ) -> None:
        super().__init__(None)
        self._flow, self._target = flow, target
        self._preface, self._forwarder = preface, forwarder

    def connectionMade(self) -> None:
        flow, target = self._flow, self._target
        flow._dial = None
        if flow._gone:
            self.transport.abortConnection()
            return
        if self._forwarder.joined is not None:
            self._forwarder.joined(flow, from_twisted(self.transport.getHost()))
        if target.datagrams:
            self.transport.preface = self._preface  # of every datagram
        elif self._preface:
            self.transport.write(self._preface)
        there = self.other = Pump(None)
        there.other = self
        flow.serve(there)

    def connectionFailed(self, why: str) -> None:
        flow = self._flow
        flow._dial = None
        if not flow._gone:
            flow.target = None
            self._target.conns -= 1
            self._forwarder.failed(flow, self._target, why)


class _Counted:
    """A transport that counts what is written for its flow."""

    def __init__(self, transport: Any, flow: TransportFlow) -> None:
        self._transport, self._flow = transport, flow

    def write(self, data: bytes) -> None:
        self._flow.written += len(data)
        self._transport.write(data)

    def writeSequence(self, data: Any) -> None:
        self.write(b"".join(data))

    def pauseProducing(self) -> None:
        self._flow._paused = False  # it is the protocol's from now on
        self._transport.pauseProducing()

    def getPeer(self) -> Any:
        return to_twisted(self._flow.cx.remote)

    def getHost(self) -> Any:
        return to_twisted(self._flow.cx.local)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)
