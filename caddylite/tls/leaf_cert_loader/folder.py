"""Accepted certificates in the PEM files of folders."""

from typing import Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.registry import module
from caddylite.tls.kinds import LeafLoader


@module("tls.leaf_cert_loader.folder")
class Folder(LeafLoader, frozen=True):
    """Accepts the certificates in the PEM files of folders.

    Syntax::

        verifier leaf folder <folders...>
    """

    folders: tuple[str, ...] = ()

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the names."""
        d.next_arg()
        return cls(tuple(d.args()))
