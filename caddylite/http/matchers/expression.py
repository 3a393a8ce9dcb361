"""The ``expression`` matcher."""

from typing import Any, Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.errors import ConfigError
from caddylite.http.matching import MATCHER_NAME, RequestMatcher, Test
from caddylite.registry import module


@module("http.matchers.expression")
class Expression(RequestMatcher, frozen=True):
    """Matches by an expression in CEL (https://github.com/google/cel-spec).

    Syntax::

        expression <cel...>

    Several words are joined as they were written, quotes and all; of a single one the quotes are
    taken off. Placeholders and the request matchers can be used in it: ``path('/a*') && {query}
    != ''``. An expression that has no value (a key that is not there …) ends the request with
    status 500.
    """

    expr: str = ""
    label: str = ""

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the expression; a single word takes the name of the matcher it is in."""
        d.next()
        if d.count_args() > 1:
            return cls(" ".join(d.raw_args()))
        return cls(d.arg(), d.context.get(MATCHER_NAME, ""))

    def plain_form(self) -> Any:
        """Return the text, or text and name."""
        if not self.label:
            return self.expr
        return {"expr": self.expr, "name": self.label}

    @classmethod
    def from_plain_form(cls, value: Any, path: tuple[str | int, ...]) -> Self:
        """Read a text, or an object of text and name."""
        if isinstance(value, str):
            return cls(value)
        if isinstance(value, dict):
            expr, name = value.get("expr"), value.get("name")
            if isinstance(expr, str) and isinstance(name, str):
                return cls(expr, name)
        raise ConfigError("expression must be a string, or have expr and name", path=path)

    def prepare(self, cx: Any) -> Test:
        """Parse, check and compile the expression."""
        from caddylite.http.expressions import compile_test

        return compile_test(self.expr, self.label)
