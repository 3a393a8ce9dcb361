"""The ports that mean HTTP and HTTPS in this config."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, Self

from caddylite.gonumbers import atoi
from caddylite.netaddr import NetworkAddress


class Ports(NamedTuple):
    """As text, since that is what addresses are compared with."""

    http: str
    https: str

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Self:
        """Return those of the global options, else 80 and 443."""
        return cls(str(options.get("http_port", 80)), str(options.get("https_port", 443)))


def any_port_but(listeners: Iterable[str], port: str) -> bool:
    """Is there a listener on another port than this? (Caddy says yes to a Unix socket.)"""
    number = atoi(port)
    for listener in listeners:
        try:
            address = NetworkAddress.parse(listener)
        except ValueError:
            continue
        if not address.start_port <= number <= address.end_port:
            return True
    return False
