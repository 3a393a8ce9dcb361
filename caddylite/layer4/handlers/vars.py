"""The ``vars`` handler."""

from typing import Any, Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.decoding_words import Mismatch
from caddylite.layer4.handling import Handler
from caddylite.layer4.matching import Connection
from caddylite.registry import module


@module("layer4.handlers.vars")
class Vars(Handler, frozen=True):
    """Sets variables of the connection, for the ``vars`` matchers and ``{l4.vars.<name>}``.

    A value that is a number or a truth value and not quoted is kept as such.

    Syntax::

        vars [<name> <value>] {
            <name> <value>
        }
    """

    values: dict[str, Any] = {}

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read one variable from the line, others from the block."""
        d.next()
        values: dict[str, Any] = {}
        if d.next_arg():
            _variable(d, values)
        while d.next_block():
            _variable(d, values)
        return cls(values)

    def apply(self, cx: Connection) -> None:
        """Set the variables; placeholders in names and values are expanded."""
        for name, value in self.values.items():
            cx.vars[cx.expand(name)] = cx.expand(value) if isinstance(value, str) else value

    def plain_form(self) -> dict[str, Any]:
        """Return the variables: they stand beside the key ``handler``."""
        return dict(self.values)

    @classmethod
    def from_plain_form(cls, value: Any, path: tuple[str | int, ...]) -> Self:
        """Read them from JSON."""
        if value is not None and not isinstance(value, dict):
            raise Mismatch(value, cls, path)
        return cls(value or {})


def _variable(d: Dispenser, values: dict[str, Any]) -> None:
    name = d.val
    d.arg()
    values[name] = d.scalar()
    d.no_more_args()
