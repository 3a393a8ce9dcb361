"""The ``postgres_tls`` handler."""

from typing import Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.layer4.handling import Handler
from caddylite.registry import module


@module("layer4.handlers.postgres_tls")
class PostgresTLS(Handler, frozen=True):
    """Agrees to a PostgreSQL client's SSLRequest, so that a ``tls`` handler can come next.

    Syntax::

        postgres_tls
    """

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read nothing but the name."""
        d.next()
        if d.count_args():
            raise d.arg_err()
        if d.next_block(d.nesting):
            raise d.err(f"malformed {cls.name} handler: blocks are not supported")
        return cls()
