"""Authorities from several sources."""

from typing import Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.modules import load_module
from caddylite.caddyfile.options import Fields, read_block
from caddylite.registry import module
from caddylite.tls.ca_pool.lines import UNKNOWN, no_arguments
from caddylite.tls.kinds import CAPool


@module("tls.ca_pool.source.combined")
class Combined(CAPool, frozen=True):
    """Trusts what any of its sources trusts.

    Syntax::

        trust_pool combined {
            source <module> ...
        }
    """

    sources: tuple[CAPool, ...] = ()

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the block."""
        no_arguments(d)
        pool = cls(**read_block(d, {"source": _source}, UNKNOWN))
        if not pool.sources:
            raise d.err("no sources specified")
        return pool


def _source(d: Dispenser, out: Fields) -> None:
    d.arg()
    out["sources"] = (*out.get("sources", ()), load_module(d, CAPool))
