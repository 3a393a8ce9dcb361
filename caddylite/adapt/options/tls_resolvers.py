"""The ``tls_resolvers`` option."""

from typing import Any

from caddylite.caddyfile.dispenser import Dispenser


def parse(d: Dispenser, existing: Any) -> list[str]:
    """Say which DNS servers the TLS app asks.

    Syntax::

        tls_resolvers <addresses...>
    """
    d.next()
    return d.some_args()
