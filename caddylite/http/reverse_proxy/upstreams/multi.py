"""The ``multi`` source of upstreams."""

from typing import Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.modules import load_module
from caddylite.http.reverse_proxy.kinds import UpstreamSource
from caddylite.registry import module


@module("http.reverse_proxy.upstreams.multi")
class Multi(UpstreamSource, frozen=True):
    """Puts the upstreams of several sources together.

    Syntax::

        dynamic multi {
            <source> [...]
        }
    """

    sources: tuple[UpstreamSource, ...] = ()

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the block: each entry is a source."""
        d.next()
        d.no_more_args()
        return cls(tuple(load_module(d, UpstreamSource) for _ in d.block()))
