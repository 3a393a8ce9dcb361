"""What handshake matchers look at: the facts of a ClientHello, and whose it is."""

from collections.abc import Callable
from typing import Any, Protocol

from caddylite.errors import ConfigError
from caddylite.ip import parse_address, parse_range, ranges_test
from caddylite.placeholders import GLOBALS, Lookup, replace_all


class ClientFacts(Protocol):
    """What a client says in its ClientHello (a ``wire.clienthello.Hello`` is one)."""

    @property
    def server_name(self) -> str:
        """The name asked for; empty if none."""
        ...

    @property
    def alpn(self) -> tuple[str, ...]:
        """The application protocols offered."""
        ...


class Peer(Protocol):
    """The connection the ClientHello came on (a ``layer4.matching.Connection`` is one).

    ``remote`` and ``local`` are ``(host, port)`` or the path of a Unix socket; ``placeholders``
    (names without braces) takes what a matcher finds out.
    """

    remote: tuple[str, int] | str
    local: tuple[str, int] | str
    placeholders: dict[str, Any]

    def lookup(self, name: str) -> Any:
        """Return the value of a placeholder, or UNKNOWN."""
        ...


#: What ``HandshakeMatcher.prepare`` makes.
HandshakeTest = Callable[[ClientFacts, Peer], bool]


def host(address: tuple[str, int] | str) -> str:
    """Return the host of an address, or the path of a socket."""
    return address if isinstance(address, str) else address[0]


def global_names(house: Any) -> Lookup:
    """Return the placeholders known before there is a connection."""
    names: Lookup = GLOBALS if house is None else house.globals
    return names


def address_test(ranges: tuple[str, ...], house: Any) -> Callable[[str], bool]:
    """Return a test for hosts against addresses and CIDR ranges; ConfigError if one is none."""
    names = global_names(house)
    try:
        return ranges_test([parse_range(replace_all(r, names), quoted=False) for r in ranges])
    except ValueError as e:
        raise ConfigError(str(e)) from None


def is_ip(text: str) -> bool:
    """Is it an IP address (and not the path of a socket)?"""
    try:
        parse_address(text)
    except ValueError:
        return False
    return True
