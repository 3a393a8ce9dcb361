"""What a layer-4 handler is, as far as configs go; the live ones are in ``layer4/live``."""

from typing import ClassVar, Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.node import Node


class Handler(Node, frozen=True):
    """Does something with a connection, and may hand it on to the next handler.

    Subclasses are IR. What a handler does with a live connection is the class of the same name in
    ``caddylite/layer4/live/<name>.py``, which only the runtime imports (so that ``adapt``,
    ``explain`` and ``lint`` start without Twisted).
    """

    namespace: ClassVar[str | None] = "layer4.handlers"
    inline_key: ClassVar[str | None] = "handler"

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the handler's Caddyfile syntax; the cursor stands before the handler's name."""
        d.next()
        if d.count_args():
            raise d.arg_err()
        if d.next_block(d.nesting):
            raise d.err(
                f"malformed layer4 connection handler '{cls.name}': blocks are not supported"
            )
        return cls()
