"""The ``query`` matcher."""

from typing import TYPE_CHECKING, ClassVar, Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.http.matching import RequestMatcher, no_block
from caddylite.http.replacer import expand, query_values, strict_query_values
from caddylite.registry import module

if TYPE_CHECKING:
    from caddylite.http.request import Request


@module("http.matchers.query")
class Query(RequestMatcher, frozen=True):
    """Matches the query: all the names, each with one of its values (``*`` is any).

    A malformed query never matches. Without any pair the query must be empty.

    Syntax::

        query <name>=<value>...
    """

    transparent: ClassVar[bool] = True

    pairs: dict[str, tuple[str, ...]] = {}

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the pairs; the values of one name are alternatives."""
        pairs: dict[str, tuple[str, ...]] = {}
        while d.next():
            for word in d.args():
                name, equals, value = word.partition("=")
                if word and not equals:
                    raise d.err(
                        f"malformed query matcher token: {d.val}; must be in param=val format"
                    )
                if word:
                    pairs[name] = (*pairs.get(name, ()), value)
            no_block(d, "query")
        return cls(pairs)

    def match(self, request: "Request") -> bool:
        """Take the query apart and compare."""
        if not self.pairs:
            return not query_values(request.query)
        given = strict_query_values(request.query)
        if given is None:
            return False
        for name, values in self.pairs.items():
            actual = given.get(expand(request, name))
            if actual is None:
                return False
            wanted = [expand(request, v) for v in values]
            if "*" not in wanted and not any(v in actual for v in wanted):
                return False
        return True
