"""Ending the two directions of a connection separately."""

from typing import Any

from twisted.internet.interfaces import IHalfCloseableProtocol


def read_ended(protocol: Any, transport: Any) -> None:
    """Tell a protocol that the peer has ended its side; close where it does not understand."""
    if understands(protocol):
        protocol.readConnectionLost()
    else:
        transport.loseConnection()


def understands(protocol: Any) -> bool:
    """Does the protocol know of half-closed connections?"""
    return bool(IHalfCloseableProtocol.providedBy(protocol))
