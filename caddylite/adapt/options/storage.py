"""The ``storage`` option."""

from typing import Any

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.modules import load_module
from caddylite.kinds import Storage


def parse(d: Dispenser, existing: Any) -> Storage:
    """Say where certificates and keys are kept.

    Syntax::

        storage <module> <options...>
    """
    d.next()
    if not d.next():
        raise d.arg_err()
    return load_module(d, Storage)
