"""Which socket a network address means: a family and a name, for streams and for datagrams."""

import socket
from _socket import socket as Socket
from errno import EADDRNOTAVAIL, EAFNOSUPPORT
from typing import Protocol

from caddylite.netaddr import NetworkAddress


class Bind(Protocol):
    """Makes a socket and binds it; OSError if that cannot be done."""

    def __call__(
        self, family: int, name: tuple[object, ...], only6: bool = False, beside: bool = False
    ) -> Socket:
        """Bind; ``only6`` and ``beside`` are as in :func:`bind_address`."""
        ...


def bind_address(address: NetworkAddress, kind: int, bind: Bind, beside: bool) -> Socket:
    """Bind the socket that an address of ``tcp…`` or ``udp…`` means, as Go chooses it.

    ``kind`` is SOCK_STREAM or SOCK_DGRAM; ``beside``: see ``listeners.listen``.
    """
    host, port = address.host.strip("[]"), address.start_port
    only4, only6 = address.network.endswith("4"), address.network.endswith("6")
    if not host:
        # One socket for both families, where there is IPv6.
        if not only4:
            try:
                return bind(socket.AF_INET6, ("::", port), only6, beside)
            except OSError as e:
                if only6 or e.errno not in (EAFNOSUPPORT, EADDRNOTAVAIL):
                    raise
        return bind(socket.AF_INET, ("0.0.0.0", port), beside=beside)
    family = socket.AF_INET if only4 else socket.AF_INET6 if only6 else 0
    found = socket.getaddrinfo(host, port, family, kind, 0, socket.AI_PASSIVE)
    found.sort(key=lambda info: info[0] != socket.AF_INET)  # Go prefers IPv4 for a name
    chosen, _, _, _, name = found[0]
    return bind(chosen, name, only6 or host != "::", beside)
