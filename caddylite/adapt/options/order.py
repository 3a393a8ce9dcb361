"""The ``order`` option."""

from typing import Any

from caddylite.adapt.directives import is_directive
from caddylite.adapt.order import usual_order
from caddylite.caddyfile.dispenser import Dispenser


def parse(d: Dispenser, existing: Any) -> list[str]:
    """Give a directive another place in the order of directives.

    Syntax::

        order <directive> first|last|before|after [<other directive>]
    """
    d.next()
    if not d.next():
        raise d.arg_err()
    name = d.val
    if not is_directive(name):
        raise d.err(f"{name} is not a registered directive")
    if not d.next():
        raise d.arg_err()
    place = d.val
    order = [n for n in existing or usual_order() if n != name]
    if place in ("first", "last"):
        d.no_more_args()
        return [name, *order] if place == "first" else [*order, name]
    if place not in ("before", "after"):
        raise d.err(f"unknown positional '{place}'")
    other = d.only_arg()
    if other not in order:
        raise d.err(f"directive '{other}' not found")
    order.insert(order.index(other) + (place == "after"), name)
    return order
