"""The ``ocsp_stapling`` option."""

from typing import Any

from caddylite.caddyfile.dispenser import Dispenser


def parse(d: Dispenser, existing: Any) -> bool:
    """Turn OCSP stapling off; the answer is whether it is off.

    Syntax::

        ocsp_stapling off
    """
    d.next()
    (word,) = d.exactly()
    if word != "off":
        raise d.err(f"invalid argument '{word}'")
    return True
