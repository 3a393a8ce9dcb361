"""Certificates of the Tailscale daemon."""

from typing import Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.registry import module
from caddylite.tls.kinds import CertificateManager


@module("tls.get_certificate.tailscale")
class Tailscale(CertificateManager, frozen=True):
    """Asks the Tailscale daemon on this machine.

    Syntax::

        get_certificate tailscale
    """

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read nothing; complain of an argument."""
        d.next()
        d.no_more_args()
        return cls()
