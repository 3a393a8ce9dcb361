"""The ``remote_ip`` matcher."""

from typing import ClassVar, Literal

from caddylite.layer4.addresses import AddressMatcher
from caddylite.registry import module


@module("layer4.matchers.remote_ip")
class RemoteIP(AddressMatcher, frozen=True):
    """Matches the peer's address. No byte is waited for.

    Syntax::

        remote_ip <addresses, CIDR ranges or "private_ranges"...>
    """

    side: ClassVar[Literal["remote", "local"]] = "remote"
