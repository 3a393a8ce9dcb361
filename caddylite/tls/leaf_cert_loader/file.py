"""Accepted certificates in PEM files."""

from typing import Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.registry import module
from caddylite.tls.kinds import LeafLoader


@module("tls.leaf_cert_loader.file")
class File(LeafLoader, frozen=True):
    """Accepts the certificates in PEM files.

    Syntax::

        verifier leaf file <files...>
    """

    files: tuple[str, ...] = ()

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the names."""
        d.next_arg()
        return cls(tuple(d.args()))
