"""The ``admin`` option."""

from typing import Any

from caddylite.caddy.config import Admin
from caddylite.caddyfile.dispenser import Dispenser

DEFAULT_LISTEN = "localhost:2019"


def parse(d: Dispenser, existing: Any) -> Admin:
    """Set up the administration endpoint, or turn it off.

    Syntax::

        admin off|<address> {
            enforce_origin
            origins <origins...>
        }
    """
    d.next()
    listen = ""
    if d.next_arg():
        listen = d.val
        if listen == "off":
            if d.next():
                raise d.err("No more option is allowed after turning off admin config")
            return Admin(disabled=True)
        d.no_more_args()
    enforce = False
    origins: tuple[str, ...] = ()
    for option in d.block():
        if option == "enforce_origin":
            enforce = True
        elif option == "origins":
            origins = tuple(d.args())
        else:
            raise d.err(f"unrecognized parameter '{option}'")
    return Admin(listen=listen or DEFAULT_LISTEN, enforce_origin=enforce, origins=origins)
