"""The kind of module that the ``proxy`` handler holds."""

from typing import ClassVar, Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.node import Node


class SelectionPolicy(Node, frozen=True):
    """Chooses one of several upstreams (``layer4/proxy/selection_policies``)."""

    namespace: ClassVar[str | None] = "layer4.proxy.selection_policies"
    inline_key: ClassVar[str | None] = "policy"

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the policy's words; the cursor stands before its name. This one has none."""
        d.next()
        if d.count_args():
            raise d.arg_err()
        cls.no_block(d)
        return cls()

    @classmethod
    def no_block(cls, d: Dispenser) -> None:
        """Complain if a block opens here."""
        if d.next_block(d.nesting):
            raise d.err(f"malformed {cls.name} selection policy: blocks are not supported")
