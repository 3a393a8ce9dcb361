"""The ``cert_issuer`` option."""

from typing import Any

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.modules import load_module
from caddylite.tls.kinds import Issuer


def parse(d: Dispenser, existing: Any) -> list[Issuer]:
    """Say who signs certificates; given several times, they are tried in turn.

    Syntax::

        cert_issuer <issuer> <options...>
    """
    d.next()
    if not d.next():
        raise d.arg_err()
    return [*(existing or ()), load_module(d, Issuer)]
