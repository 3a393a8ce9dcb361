"""The ``vars_regexp`` matcher."""

from typing import TYPE_CHECKING, Any, ClassVar, Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.http.matching import RequestMatcher, Test
from caddylite.http.regexps import MatchRegexp, parse_fields
from caddylite.http.replacer import variable_text
from caddylite.registry import module

if TYPE_CHECKING:
    from caddylite.http.request import Request


@module("http.matchers.vars_regexp")
class VarsRegexp(RequestMatcher, frozen=True):
    """Matches variables or placeholders with regular expressions: one of them suffices.

    Syntax::

        vars_regexp [<name>] <variable or {placeholder}> <regexp>

    The captures are ``{re.NAME.N}``; the name is the named matcher's if none is given.
    """

    transparent: ClassVar[bool] = True

    variables: dict[str, MatchRegexp] = {}

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the lines; of several about one variable the last counts."""
        variables: dict[str, MatchRegexp] = {}
        parse_fields(d, "vars_regexp", variables)
        return cls(variables)

    def prepare(self, cx: Any) -> Test:
        """Compile the expressions."""
        searches = [(key, r.prepare()) for key, r in self.variables.items()]

        def match(request: "Request") -> bool:
            return any(search(variable_text(request, key), request) for key, search in searches)

        return match
