"""IP addresses and ranges in configs, and which of them an address is in."""

from collections.abc import Callable, Sequence

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.errors import ConfigError
from caddylite.ip import PRIVATE_RANGES as PRIVATE_RANGES


def parse_ranges(d: Dispenser, check: Callable[[Dispenser], None] | None = None) -> list[str]:
    """Take the ranges left on this line; they are only parsed when they are used."""
    out: list[str] = []
    while d.next_arg():
        if check is not None:
            check(d)
        if d.val == "private_ranges":
            out += PRIVATE_RANGES
        else:
            out.append(d.val)
    return out


def ranges_test(ranges: Sequence[str]) -> Callable[[str], bool]:
    """Return a test for addresses (with or without port and zone); ConfigError for a bad range.

    A range may end in a zone (``fe80::/10%eth0``): then the address must have that zone.
    An IPv4 address is in no IPv6 range, nor the other way round.
    """
    from functools import lru_cache

    from caddylite.placeholders import replace_all

    parsed = [_parse_range(replace_all(text)) for text in ranges]

    @lru_cache(maxsize=1024)
    def test(address: str) -> bool:
        found = parse_address(address)
        if found is None:
            return False
        version, number, zone = found
        return any(
            version == v and number >> shift == prefix and wanted_zone in ("", zone)
            for v, prefix, shift, wanted_zone in parsed
        )

    return test


def parse_address(text: str) -> tuple[int, int, str] | None:
    """Return version, number and zone of an address that may have a port; None if it is none."""
    from ipaddress import ip_address

    from caddylite.http.hosts import split_host_port

    parts = split_host_port(text)
    bare, _, zone = (text if parts is None else parts[0]).partition("%")
    try:
        address = ip_address(bare)
    except ValueError:
        return None
    return address.version, int(address), zone


def _parse_range(text: str) -> tuple[int, int, int, str]:
    """Return version, prefix as a number, how far an address is shifted to it, and the zone."""
    from ipaddress import ip_address, ip_network

    bare, _, zone = text.partition("%")
    if "/" in bare:
        try:
            if not bare.rpartition("/")[2].isdecimal():
                raise ValueError("bad bits after slash")
            net = ip_network(bare, strict=False)
        except ValueError as e:
            raise ConfigError(f"parsing CIDR expression '{bare}': {e}") from None
        shift = net.max_prefixlen - net.prefixlen
        return net.version, int(net.network_address) >> shift, shift, zone
    try:
        address = ip_address(bare)
    except ValueError:
        message = f"invalid IP address: '{bare}': ParseAddr(\"{bare}\"): unable to parse IP"
        raise ConfigError(message) from None
    return address.version, int(address), 0, zone
