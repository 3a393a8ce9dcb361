"""The ``path_regexp`` matcher."""

from typing import Annotated, Any, Self

import msgspec

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.http.matching import MATCHER_NAME, RequestMatcher, Test, no_block
from caddylite.http.paths import clean
from caddylite.http.regexps import MatchRegexp
from caddylite.node import ALWAYS
from caddylite.registry import module


@module("http.matchers.path_regexp")
class PathRegexp(RequestMatcher, frozen=True):
    """Matches the decoded, cleaned path with a regular expression; case matters.

    Syntax::

        path_regexp [<name>] <regexp>

    The captures are ``{re.NAME.N}``; the name is the named matcher's if none is given.
    """

    label: str = msgspec.field(name="name", default="")
    pattern: Annotated[str, ALWAYS] = ""

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the one expression a set can have."""
        name = pattern = ""
        while d.next():
            if pattern:
                raise d.err("regular expression can only be used once per named matcher")
            args = d.args()
            if not 1 <= len(args) <= 2:
                raise d.arg_err()
            pattern = args[-1]
            if len(args) == 2:
                name = args[0]
            name = name or d.context.get(MATCHER_NAME, "")
            no_block(d, "path_regexp")
        return cls(name, pattern)

    def prepare(self, cx: Any) -> Test:
        """Compile the expression."""
        search = MatchRegexp(self.label, self.pattern).prepare()
        return lambda request: search(clean(request.path), request)
