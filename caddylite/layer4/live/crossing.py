"""Forwarding from streams to datagrams and back: by transports, since nothing can be relayed.

What is read at once from a stream goes as one datagram, and every datagram is written to a stream
as it comes; that is what caddy-l4 makes of ``proxy udp/…`` on a TCP listener, and the reverse.
"""

from typing import Any

from caddylite.layer4.live.flow import Flow, Forwarder, Target
from caddylite.layer4.live.layer import Outside
from caddylite.layer4.live.transport_flow import TransportFlow


def cross(flow: Flow, target: Target, preface: bytes, forwarder: Forwarder, house: Any) -> None:
    """Put a flow over transports in the place of ``flow`` and forward that."""

    def start(inner: Flow) -> None:
        inner.forward(target, preface, forwarder)

    inner = TransportFlow(start, house, flow.cx, Outside(flow))
    inner.retry = flow.retry
    flow.serve(inner)
