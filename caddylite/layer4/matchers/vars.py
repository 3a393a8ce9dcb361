"""The ``vars`` matcher."""

from typing import Any, ClassVar, Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.layer4.matching import Match, Matcher, Peek
from caddylite.layer4.variables import variable
from caddylite.placeholders import Template
from caddylite.registry import module


@module("layer4.matchers.vars")
class Vars(Matcher, frozen=True):
    """Matches if a variable, or a placeholder given as ``{name}``, has one of the values.

    Of several variables one must match. Placeholders in the values are expanded, those in what
    they are compared with are not.

    Syntax::

        vars <variable> <values...>
    """

    transparent: ClassVar[bool] = True

    values: dict[str, tuple[str, ...]] | None = {}

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the variable and its values."""
        values: dict[str, tuple[str, ...]] = {}
        while d.next():
            key = d.opt_arg()
            if key is None:
                raise d.err("malformed vars matcher: expected field name")
            given = d.args()
            if not given:
                raise d.err("malformed vars matcher: expected at least one value to match against")
            values[key] = values.get(key, ()) + tuple(given)
            if d.next_block():
                raise d.err("malformed vars matcher: blocks are not supported")
        return cls(values)

    def prepare(self, house: Any) -> Match:
        """Find the placeholders of the values."""
        wanted = [
            (key, [Template(value) for value in values])
            for key, values in (self.values or {}).items()
        ]

        def match(p: Peek) -> bool:
            for key, values in wanted:
                given = variable(p.cx, key)
                if any(given == value.expand(p.cx.lookup) for value in values):
                    return True
            return not wanted or p.no("no variable has one of the values")

        return match
