"""The ``acme_eab`` option."""

from typing import Any

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.options import Table, read_block, text
from caddylite.tls.automation import ExternalAccount

_SYNTAX: Table = {"key_id": text("key_id"), "mac_key": text("mac_key")}


def parse(d: Dispenser, existing: Any) -> ExternalAccount:
    """Bind the ACME account to an account elsewhere.

    Syntax::

        acme_eab {
            key_id <id>
            mac_key <key>
        }
    """
    d.next()
    d.no_more_args()
    return ExternalAccount(**read_block(d, _SYNTAX, "unrecognized parameter '{}'"))
