"""``layer4`` as a listener wrapper: what no route wants goes on to the next wrapper."""

from typing import Any

from caddylite.layer4.live.selector import Next


def make(ir: Any, tree: Any, nxt: Next) -> Next:
    """Build the routes with the next wrapper as their fallback."""
    selector: Next = tree.builder.selector(ir.routes, nxt, ir.matching_timeout.seconds, "layer4/")
    return selector
