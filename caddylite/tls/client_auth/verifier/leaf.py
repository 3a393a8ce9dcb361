"""The verifier that knows the certificates it accepts."""

from typing import Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.modules import load_module
from caddylite.errors import ConfigError
from caddylite.registry import module
from caddylite.tls.kinds import ClientVerifier, LeafLoader


@module("tls.client_auth.verifier.leaf")
class Leaf(ClientVerifier, frozen=True):
    """Accepts the certificates that its loaders find.

    Syntax::

        verifier leaf <loader> <arguments...>
        verifier leaf {
            <loader> <arguments...>
        }
    """

    leaf_certs_loaders: tuple[LeafLoader, ...] = ()

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read one loader on the line, or several in the block."""
        d.next_arg()
        if d.count_args() > 1:
            d.next_arg()
            return cls((_load(d),))
        return cls(tuple(_load(d) for _ in d.block()))


def _load(d: Dispenser) -> LeafLoader:
    try:
        return load_module(d, LeafLoader)
    except ConfigError as e:
        raise d.err(str(e), e.hint) from None
