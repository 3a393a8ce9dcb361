"""The roots of our own authorities."""

from typing import Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.registry import module
from caddylite.tls.ca_pool.lines import read_list
from caddylite.tls.kinds import CAPool


@module("tls.ca_pool.source.pki_root")
class PKIRoot(CAPool, frozen=True):
    """Trusts the roots of authorities of the PKI app.

    Syntax::

        trust_pool pki_root [<names...>] {
            authority <names...>
        }
    """

    authority: tuple[str, ...] = ()

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the names."""
        pool = cls(**read_list(d, "authority", "authority"))
        if not pool.authority:
            raise d.err("no authorities specified")
        return pool
