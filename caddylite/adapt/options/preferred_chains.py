"""The ``preferred_chains`` option."""

from typing import Any

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.tls.automation import ChainPreference


def parse(d: Dispenser, existing: Any) -> ChainPreference:
    """Say which of the chains that the CA offers is taken.

    Syntax::

        preferred_chains [smallest] {
            root_common_name <names...>
            any_common_name <names...>
        }
    """
    d.next()
    return read_preferred_chains(d)


def read_preferred_chains(d: Dispenser) -> ChainPreference:
    """Read what stands behind the name, here and in the ``acme`` issuer."""
    if d.next_arg():
        if d.val != "smallest":
            raise d.err(f"Invalid argument '{d.val}'")
        d.no_more_args()
        if d.next_block(d.nesting):
            raise d.err("No more options are accepted when using the 'smallest' option")
        return ChainPreference(smallest=True)
    names: dict[str, list[str]] = {}
    for option in d.block():
        if option not in ("root_common_name", "any_common_name"):
            raise d.err(f"Received unrecognized parameter '{option}'")
        names.setdefault(option, []).extend(d.some_args())
        for other in names.keys() - {option}:
            raise d.err(f"Can't set {option} when {other} is already set")
    if not names:
        raise d.err("No options for preferred_chains received")
    return ChainPreference(
        root_common_name=tuple(names.get("root_common_name", ())),
        any_common_name=tuple(names.get("any_common_name", ())),
    )
