"""IP addresses and ranges in configs, and which of them an address is in."""

from collections.abc import Callable, Sequence

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.errors import ConfigError
from caddylite.ip import PRIVATE_RANGES as PRIVATE_RANGES
from caddylite.ip import parse_prefix, parse_range


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
    bare, _, zone = text.partition("%")
    try:
        bits, number, shift = parse_prefix(bare) if "/" in bare else parse_range(bare)
    except ValueError as e:
        about = f"parsing CIDR expression '{bare}': " if "/" in bare else ""
        raise ConfigError(f"{about}{e}") from None
    return 4 if bits == 32 else 6, number, shift, zone
