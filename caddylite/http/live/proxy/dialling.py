"""Connects to upstreams: by the house's own transports where it has any, else by Twisted's."""

import os
import socket
from dataclasses import dataclass
from typing import Any

import twisted.internet.endpoints
from twisted.internet import error as network
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress
from twisted.internet.protocol import Factory

from caddylite.http.live.proxy.connection import UpstreamConnection, UpstreamError
from caddylite.http.live.proxy.upstreams import Target
from caddylite.ip import parse_address


@dataclass(slots=True)
class SocketAddress:
    """One socket address, as the house dials it."""

    family: int
    address: Any
    conns: int = 0
    datagrams: bool = False


async def dial_by_house(
    house: Any, target: Target, timeout: float, tls: Any
) -> UpstreamConnection:
    """Connect with ``house.dial``, name by ``house.resolver``; every address is tried in turn."""
    problem = UpstreamError(f"dial tcp: lookup {target.host}: no such host", dialing=True)
    for address in await _addresses(house, target):
        connection = UpstreamConnection()
        made: Deferred[str] = Deferred()
        connection.on_made = lambda made=made: made.callback("")
        protocol: Any = _with_tls(connection, tls)
        protocol.connectionFailed = made.callback
        attempt = house.dial(address, protocol, timeout)
        try:
            why = await made
        except BaseException:
            attempt.cancel()
            raise
        connection.on_made = None
        if not why:
            return connection
        problem = UpstreamError(_failure(target, why), dialing=True)
    raise problem


async def _addresses(house: Any, target: Target) -> list[SocketAddress]:
    if target.network == "unix":
        return [SocketAddress(socket.AF_UNIX, target.host)]
    try:
        bits, _ = parse_address(target.host)
    except ValueError:
        pass
    else:
        family = socket.AF_INET if bits == 32 else socket.AF_INET6
        return [SocketAddress(family, (target.host, target.port))]
    answer: Deferred[tuple[Any, str]] = Deferred()
    house.resolver.lookup(target.host, lambda found, why: answer.callback((found, why)))
    found, why = await answer
    if not found:
        raise UpstreamError(f"dial tcp: {why}", dialing=True)
    return [SocketAddress(family, (host, target.port)) for family, host in found]


async def dial_by_twisted(
    reactor: Any,
    target: Target,
    timeout: float,
    tls: Any,
    bind: tuple[str, int] | None = None,
) -> UpstreamConnection:
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
    connection = UpstreamConnection()
    try:
        await endpoint.connect(_Ready(_with_tls(connection, tls)))
    except (network.ConnectError, network.DNSLookupError, OSError) as error:
        raise UpstreamError(_twisted_words(target, error), dialing=True) from None
    return connection


class _Ready(Factory):
    """Gives out one protocol that was made before."""

    noisy = False

    def __init__(self, protocol: Any) -> None:
        self._protocol = protocol

    def buildProtocol(self, addr: IAddress | None) -> Any:
        """Return it."""
        return self._protocol


def _with_tls(connection: UpstreamConnection, tls: Any) -> Any:
    if tls is None:
        return connection
    from twisted.protocols.tls import TLSMemoryBIOFactory

    return TLSMemoryBIOFactory(tls, True, _Ready(connection)).buildProtocol(None)


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
