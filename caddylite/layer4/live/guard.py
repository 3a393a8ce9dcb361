"""Addresses to which a client may not send us by naming them (RFC 6890, RFC 6598)."""

import ipaddress
from typing import Any, Final

_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
#: 100.64.0.0/10 lies between providers and their customers (RFC 6598).
_SHARED: Final = ipaddress.ip_network("100.64.0.0/10")
_SITE_LOCAL: Final = ipaddress.ip_network("fec0::/10")

_KINDS: Final = (
    ("is_unspecified", "unspecified"),
    ("is_loopback", "loopback"),
    ("is_link_local", "link-local"),
    ("is_multicast", "multicast"),
    ("is_private", "private"),
    ("is_reserved", "reserved"),
)


class Refused(str):
    """The reason for which an address must not be dialled; it is no failure of the upstream."""

    __slots__ = ()


def inner_kind(address: Any) -> str:
    """Say of which kind an address is that only our own network reaches; empty: a public one.

    ``address`` is what ``socket.connect`` takes. IPv4 addresses inside IPv6 ones (mapped, 6to4,
    NAT64) are looked at as what they are.
    """
    if isinstance(address, (str, bytes)):
        return "Unix socket"
    try:
        ip = ipaddress.ip_address(address[0].partition("%")[0])
    except ValueError:
        return "malformed address"
    ip = _embedded(ip) or ip
    kind = next((word for test, word in _KINDS if getattr(ip, test)), "")
    if not kind and ip.version == 4 and ip in _SHARED:
        kind = "carrier-grade NAT"
    if not kind and ip.version == 6 and ip in _SITE_LOCAL:
        kind = "private"
    return f"{kind} address" if kind else ""


def _embedded(
    ip: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> ipaddress.IPv4Address | None:
    if isinstance(ip, ipaddress.IPv4Address):
        return None
    if ip.ipv4_mapped is not None:
        return ip.ipv4_mapped
    if ip.sixtofour is not None:
        return ip.sixtofour
    return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if ip in _NAT64 else None
