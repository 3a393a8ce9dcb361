"""The ``preferred_chains`` option."""

from typing import Any

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.tls.automation import ChainPreference
from caddylite.tls.preferred_chains import parse_preferred_chains


def parse(d: Dispenser, existing: Any) -> ChainPreference:
    """Say which of the chains that the CA offers is taken.

    Syntax::

        preferred_chains [smallest] {
            root_common_name <names...>
            any_common_name <names...>
        }
    """
    d.next()
    return parse_preferred_chains(d)
