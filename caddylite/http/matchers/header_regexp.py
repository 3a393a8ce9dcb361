"""The ``header_regexp`` matcher."""

from typing import TYPE_CHECKING, Any, ClassVar, Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.http.fields import values_of
from caddylite.http.matching import RequestMatcher, Test
from caddylite.http.regexps import MatchRegexp, parse_fields
from caddylite.registry import module

if TYPE_CHECKING:
    from caddylite.http.request import Request


@module("http.matchers.header_regexp")
class HeaderRegexp(RequestMatcher, frozen=True):
    """Matches header fields with regular expressions: all the fields named.

    Syntax::

        header_regexp [<name>] <field> <regexp>

    The captures are ``{re.NAME.N}``; the name is the named matcher's if none is given.
    """

    transparent: ClassVar[bool] = True

    fields: dict[str, MatchRegexp] = {}

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the lines; a field comes once."""
        fields: dict[str, MatchRegexp] = {}
        once = "header_regexp matcher can only be used once per named matcher, per header field"
        parse_fields(d, "header_regexp", fields, once)
        return cls(fields)

    def prepare(self, cx: Any) -> Test:
        """Compile the expressions."""
        searches = [(field, r.prepare()) for field, r in self.fields.items()]

        def match(request: "Request") -> bool:
            return all(
                any(search(value, request) for value in values_of(request, field))
                for field, search in searches
            )

        return match
