"""The ``local_ip`` matcher."""

from typing import ClassVar, Literal

from caddylite.layer4.addresses import AddressMatcher
from caddylite.registry import module


@module("layer4.matchers.local_ip")
class LocalIP(AddressMatcher, frozen=True):
    """Matches the address the connection came to. No byte is waited for.

    Syntax::

        local_ip <addresses, CIDR ranges or "private_ranges"...>
    """

    side: ClassVar[Literal["remote", "local"]] = "local"
