"""Certificates fetched over HTTP."""

from typing import Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.registry import module
from caddylite.tls.kinds import CertificateManager


@module("tls.get_certificate.http")
class HTTP(CertificateManager, frozen=True):
    """Asks a URL during the handshake: it is told the name, and answers with PEM.

    Syntax::

        get_certificate http <url>
    """

    url: str = ""

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the URL."""
        d.next()
        url = d.only_arg()
        if d.next_block():
            raise d.err("block not allowed here")
        return cls(url)
