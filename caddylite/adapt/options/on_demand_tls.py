"""The ``on_demand_tls`` option."""

from typing import Any

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.modules import load_module
from caddylite.tls.automation import OnDemand
from caddylite.tls.kinds import Permission
from caddylite.tls.permission.http import HTTPPermission


def parse(d: Dispenser, existing: Any) -> OnDemand:
    """Say who is asked before a certificate is obtained during a handshake.

    Syntax::

        on_demand_tls {
            ask <url>
            permission <module> <options...>
        }
    """
    d.next()
    d.no_more_args()
    permission: Permission | None = None
    for option in d.block():
        if option in ("ask", "permission"):
            d.arg()
            if permission is not None:
                raise d.err("on-demand TLS permission module (or 'ask') already specified")
            permission = HTTPPermission(d.val) if option == "ask" else load_module(d, Permission)
        elif option in ("interval", "burst"):
            raise d.err(
                f"the on_demand_tls '{option}' option is no longer supported, "
                "remove it from your config"
            )
        else:
            raise d.err(f"unrecognized parameter '{option}'")
    if permission is None:
        raise d.err("expected at least one config parameter for on_demand_tls")
    return OnDemand(permission=permission)
