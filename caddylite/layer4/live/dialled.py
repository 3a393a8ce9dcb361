"""What the log says of addresses that are dialled, in Go's words."""

import os
import socket
from errno import (
    EACCES,
    ECONNREFUSED,
    ECONNRESET,
    EHOSTUNREACH,
    EINVAL,
    ENETUNREACH,
    ENOENT,
    EPROTOTYPE,
    ETIMEDOUT,
)
from typing import Final

from caddylite.layer4.live.flow import Target
from caddylite.layer4.live.peers import Peer, Spot

#: What ``connect`` may fail with.
_OF_CONNECTING: Final = frozenset(
    os.strerror(number).lower()
    for number in (
        EACCES, ECONNREFUSED, ECONNRESET, EHOSTUNREACH, EINVAL, ENETUNREACH, ENOENT, EPROTOTYPE,
        ETIMEDOUT,
    )
)  # fmt: skip


def address_of(target: Target) -> str:
    """Return the address of a target, with placeholders filled in and names looked up."""
    spot = target.spot if isinstance(target, Peer) else target
    text = str(spot) if isinstance(spot, Spot) else str(target.address)
    return "@" + text[1:] if text.startswith("\0") else text


def complaint(target: Target, why: str) -> str:
    """Say that a target could not be reached: ``dial tcp 192.0.2.1:80: connect: …``."""
    if target.family == getattr(socket, "AF_UNIX", -1):
        network = "unixgram" if target.datagrams else "unix"
    else:
        network = "udp" if target.datagrams else "tcp"
    step = "connect: " if why in _OF_CONNECTING else ""
    return f"dial {network} {address_of(target)}: {step}{why}"
