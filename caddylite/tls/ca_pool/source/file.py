"""Authorities in PEM files."""

from typing import Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.registry import module
from caddylite.tls.ca_pool.lines import read_list
from caddylite.tls.kinds import CAPool


@module("tls.ca_pool.source.file")
class File(CAPool, frozen=True):
    """Trusts the certificates in files.

    Syntax::

        trust_pool file [<pem_files...>] {
            pem_file <pem_files...>
        }
    """

    pem_files: tuple[str, ...] = ()

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the names."""
        pool = cls(**read_list(d, "pem_files", "pem_file"))
        if not pool.pem_files:
            raise d.err("no certificates specified")
        return pool
