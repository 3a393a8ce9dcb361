"""Circles: a server must not send the same bytes to itself, directly or by way of others."""

from typing import Final

from caddylite.layer4.live.peers import Peer
from caddylite.netaddr import NetworkAddress

#: How many servers of the process a connection may come through, one after the other.
MOST_HOPS: Final = 8


def circle(path: tuple[str, ...], server: str, changed: bool) -> str:
    """Say why a connection that came along ``path`` must not go to a server of ours; or nothing.

    An empty name in the path stands for a change of the bytes (TLS was taken off), ``changed``
    for one that is being made. Changed bytes may come to a server again, but not for ever.
    """
    last = max((i for i, name in enumerate(path) if not name), default=-1)
    if not changed and server in path[last + 1 :]:
        return f"a circle: the connection would come back to {server}"
    if len(path) - path.count("") > MOST_HOPS:
        return f"a circle: the connection has come through more than {MOST_HOPS} servers"
    return ""


def is_listener(peer: Peer, listens: list[NetworkAddress]) -> bool:
    """Is an upstream surely where its own server listens (a specific address, TCP)?"""
    network = peer.network
    if peer.spot is None or network is None or not network.network.startswith("tcp"):
        return False
    host = network.host.strip("[]")
    return bool(host) and any(
        at.network.startswith("tcp")
        and at.host.strip("[]") == host
        and at.start_port <= network.start_port <= at.end_port
        and at.start_port > 0
        for at in listens
    )
