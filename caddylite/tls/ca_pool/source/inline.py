"""Authorities written into the config."""

from typing import Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.options import more_words, read_block
from caddylite.registry import module
from caddylite.tls.ca_pool.lines import UNKNOWN, no_arguments
from caddylite.tls.kinds import CAPool


@module("tls.ca_pool.source.inline")
class Inline(CAPool, frozen=True):
    """Trusts these certificates (base64 of DER).

    Syntax::

        trust_pool inline {
            trust_der <certificates...>
        }
    """

    trusted_ca_certs: tuple[str, ...] = ()

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the block."""
        no_arguments(d)
        pool = cls(**read_block(d, {"trust_der": more_words("trusted_ca_certs")}, UNKNOWN))
        if not pool.trusted_ca_certs:
            raise d.err("no certificates specified")
        return pool
