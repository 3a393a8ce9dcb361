"""Ranges that stand in the config."""

from typing import Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.http.config import IPSource
from caddylite.http.ip_ranges import parse_ranges
from caddylite.registry import module


@module("http.ip_sources.static")
class Static(IPSource, frozen=True):
    """These ranges.

    Syntax::

        trusted_proxies static <addresses, CIDR ranges or "private_ranges"...>
    """

    ranges: tuple[str, ...] = ()

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the ranges."""
        d.next()
        return cls(tuple(parse_ranges(d)))
