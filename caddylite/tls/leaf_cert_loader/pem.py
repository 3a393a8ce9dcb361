"""Accepted certificates written into the config."""

from typing import Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.registry import module
from caddylite.tls.kinds import LeafLoader


@module("tls.leaf_cert_loader.pem")
class PEM(LeafLoader, frozen=True):
    """Accepts the certificates written into the config.

    Syntax::

        verifier leaf pem <certificates...>
    """

    certificates: tuple[str, ...] = ()

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the certificates."""
        d.next_arg()
        return cls(tuple(d.args()))
