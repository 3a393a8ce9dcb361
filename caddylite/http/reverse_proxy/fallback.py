"""The ``fallback`` line of the policies that cannot always decide."""

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.modules import load_module
from caddylite.caddyfile.options import Fields, Table, read_block
from caddylite.http.reverse_proxy.kinds import SelectionPolicy


def read_fallback(d: Dispenser, out: Fields) -> None:
    """Read ``fallback <policy> [<options...>]``."""
    d.arg()
    if "fallback" in out:
        raise d.err("fallback selection policy already specified")
    out["fallback"] = load_module(d, SelectionPolicy)


def read_options(d: Dispenser, more: Table | None = None) -> Fields:
    """Read the block of such a policy; ``more`` are the lines it knows beside ``fallback``."""
    return read_block(d, {"fallback": read_fallback, **(more or {})}, "unrecognized option '{}'")
