"""Connects to upstreams: by the house's own transports where it has any, else by Twisted's."""

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import twisted.internet.endpoints
from twisted.internet import error as network
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress
from twisted.internet.protocol import Factory

from caddylite.http.live.proxy.call import UpstreamError
from caddylite.http.live.proxy.upstreams import Target
from caddylite.ip import parse_address
from caddylite.tls.live.opening import MakeInner

if TYPE_CHECKING:
    from caddylite.http.live.proxy.names import Names


@dataclass(slots=True)
class SocketAddress:
    """One socket address, as the house dials it."""

    family: int
    address: Any
    conns: int = 0
    datagrams: bool = False


#: Makes the protocol of a connection that stands; it is told what TLS has agreed on ("" if
#: nothing), and calls ``on_made`` of what it returns once that is connected.
Make = Callable[[str], Any]
#: Puts TLS around: what makes the inner protocol, and who is told of a failure.
Wrap = Callable[[MakeInner, Callable[[str], object]], Any]


@dataclass(frozen=True, slots=True)
class Way:
    """How to connect: ``greeting`` goes before everything else, TLS too (a PROXY header).

    ``names`` looks names up where the config says whom to ask.
    """

    make: Make
    wrap: Wrap | None = None
    greeting: bytes = b""
    names: "Names | None" = None


class _Attempt:
    """One attempt to connect; ``made`` brings the connection, or why there is none."""

    def __init__(self, way: Way) -> None:
        self.made: Deferred[Any] = Deferred()
        self._make = way.make
        self.in_tls = way.wrap is not None
        self.protocol: Any
        if way.wrap is None:
            self.protocol = self._inner("")
        else:
            self.protocol = way.wrap(lambda tls: self._inner(tls.tls_state.alpn), self.failed)
        self.protocol.connectionFailed = self.failed
        if way.greeting:
            self._greet_with(way.greeting)

    def _greet_with(self, greeting: bytes) -> None:
        connect = self.protocol.makeConnection

        def greet(transport: Any) -> None:
            transport.write(greeting)
            connect(transport)

        self.protocol.makeConnection = greet

    def _inner(self, agreed: str) -> Any:
        inner = self._make(agreed)
        inner.on_made = lambda: self._done(inner)
        return inner

    def _done(self, inner: Any) -> None:
        inner.on_made = None
        if not self.made.called:
            self.made.callback(inner)

    def failed(self, why: str) -> None:
        """There is no connection."""
        if not self.made.called:
            self.made.callback(why)


async def dial_by_house(house: Any, target: Target, timeout: float, way: Way) -> Any:
    """Connect with ``house.dial``, name by ``house.resolver``; every address is tried in turn."""
    problem = UpstreamError(f"dial tcp: lookup {target.host}: no such host", dialing=True)
    for address in await _addresses(house, target, way.names):
        attempt = _Attempt(way)
        dialling = house.dial(address, attempt.protocol, timeout)
        try:
            made = await attempt.made
        except BaseException:
            dialling.cancel()
            raise
        if not isinstance(made, str):
            return made
        problem = _problem(attempt, target, made)
        if not problem.dialing:
            break
    raise problem


def _problem(attempt: _Attempt, target: Target, why: str) -> UpstreamError:
    """Say what went wrong: on the way there, or in the handshake."""
    transport = attempt.protocol.transport
    if attempt.in_tls and transport is not None:
        return UpstreamError(why)
    return UpstreamError(_failure(target, why), dialing=True)


async def _addresses(house: Any, target: Target, names: "Names | None") -> list[SocketAddress]:
    if target.network == "unix":
        return [SocketAddress(socket.AF_UNIX, target.host)]
    try:
        bits, _ = parse_address(target.host)
    except ValueError:
        pass
    else:
        family = socket.AF_INET if bits == 32 else socket.AF_INET6
        return [SocketAddress(family, (target.host, target.port))]
    if names is not None:
        return await _asked(names, target)
    answer: Deferred[tuple[Any, str]] = Deferred()
    house.resolver.lookup(target.host, lambda found, why: answer.callback((found, why)))
    found, why = await answer
    if not found:
        raise UpstreamError(f"dial tcp: {why}", dialing=True)
    return [SocketAddress(family, (host, target.port)) for family, host in found]


async def _asked(names: "Names", target: Target) -> list[SocketAddress]:
    from caddylite.http.live.proxy.names import LookupFailed

    try:
        found = await names.addresses(target.host, "ip")
    except LookupFailed as problem:
        raise UpstreamError(f"dial tcp: {problem}", dialing=True) from None
    return [
        SocketAddress(socket.AF_INET6 if ":" in host else socket.AF_INET, (host, target.port))
        for host in found
    ]


async def dial_by_twisted(
    reactor: Any,
    target: Target,
    timeout: float,
    way: Way,
    bind: tuple[str, int] | None = None,
) -> Any:
    """Connect with Twisted's endpoints; ``bind`` is the local address to connect from."""
    endpoints: Any = twisted.internet.endpoints
    endpoint: Any
    if target.network == "unix":
        endpoint = endpoints.UNIXClientEndpoint(reactor, target.host, timeout=timeout)
    elif _is_address(target.host):
        endpoint = endpoints.TCP4ClientEndpoint(
            reactor, target.host, target.port, timeout=timeout, bindAddress=bind
        )
    else:
        endpoint = endpoints.HostnameEndpoint(
            reactor, target.host, target.port, timeout=timeout, bindAddress=bind
        )
    attempt = _Attempt(way)
    try:
        await endpoint.connect(_Ready(attempt.protocol))
    except (network.ConnectError, network.DNSLookupError, OSError) as error:
        raise UpstreamError(_twisted_words(target, error), dialing=True) from None
    made = await attempt.made
    if isinstance(made, str):
        raise _problem(attempt, target, made)
    return made


class _Ready(Factory):
    """Gives out one protocol that was made before."""

    noisy = False

    def __init__(self, protocol: Any) -> None:
        self._protocol = protocol

    def buildProtocol(self, addr: IAddress | None) -> Any:
        """Return it."""
        return self._protocol


def _is_address(host: str) -> bool:
    try:
        parse_address(host)
    except ValueError:
        return False
    return True


def _failure(target: Target, why: str) -> str:
    """Say why dialling failed, as Go does."""
    kind = "unix" if target.network == "unix" else "tcp"
    return f"dial {kind} {target.address}: " + (why if "timeout" in why else f"connect: {why}")


def _twisted_words(target: Target, error: BaseException) -> str:
    if isinstance(error, network.DNSLookupError):
        return f"dial tcp: lookup {target.host}: no such host"
    if isinstance(error, network.TimeoutError):
        return _failure(target, "i/o timeout")
    number = getattr(error, "osError", None)
    return _failure(target, os.strerror(number).lower() if isinstance(number, int) else str(error))
