"""Addresses as sockets, Twisted and we write them."""

from typing import Any, Literal

from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress

Address = tuple[str, int] | str


def to_twisted(address: Address, transport: Literal["TCP", "UDP"] = "TCP") -> Any:
    """Return Twisted's address for ours."""
    if isinstance(address, str):
        return UNIXAddress(address.encode() or None)
    kind = IPv6Address if ":" in address[0] else IPv4Address
    return kind(transport, address[0], address[1])


def from_twisted(address: Any) -> Address:
    """Return ours for Twisted's; what is neither IP nor Unix is an unnamed socket."""
    host = getattr(address, "host", None)
    if host is not None:
        return from_socket((host, address.port))
    name = getattr(address, "name", None) or b""
    return name.decode(errors="surrogateescape") if isinstance(name, bytes) else str(name)


def from_socket(name: Any) -> Address:
    """Return what ``accept`` and ``getsockname`` give, as ``(host, port)`` or a path.

    An IPv4 address on a socket for both families comes out as IPv4.
    """
    if isinstance(name, tuple):
        host = name[0]
        if host.startswith("::ffff:") and "." in host:
            host = host[7:]
        return host, name[1]
    if isinstance(name, bytes):
        return "@" + name.lstrip(b"\0").decode(errors="surrogateescape")
    return str(name or "")
