"""The ``vars`` matcher."""

from typing import TYPE_CHECKING, Any, ClassVar, Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.http.matching import RequestMatcher, Test, no_block
from caddylite.http.replacer import expand, variable_text
from caddylite.registry import module

if TYPE_CHECKING:
    from caddylite.http.request import Request


@module("http.matchers.vars")
class Vars(RequestMatcher, frozen=True):
    """Matches if one of the variables (or placeholders) has one of its values.

    Syntax::

        vars <variable or {placeholder}> <values...>
    """

    transparent: ClassVar[bool] = True

    variables: dict[str, tuple[str, ...]] = {}

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the lines; the values for one variable are one list."""
        variables: dict[str, tuple[str, ...]] = {}
        while d.next():
            if not d.next_arg():
                raise d.err("malformed vars matcher: expected field name")
            key = d.val
            values = d.args()
            if not values:
                raise d.err("malformed vars matcher: expected at least one value to match against")
            variables[key] = (*variables.get(key, ()), *values)
            no_block(d, "vars")
        return cls(variables)

    def prepare(self, cx: Any) -> Test:
        """Without any variable everything matches."""
        return self.match if self.variables else lambda request: True

    def match(self, request: "Request") -> bool:
        """Compare. A variable's value is final: placeholders in it are not looked at."""
        for key, values in self.variables.items():
            actual = variable_text(request, key)
            if any(actual == expand(request, v) for v in values):
                return True
        return False
