"""Regular expressions in matchers: Go's syntax (RE2), captures as placeholders."""

from collections.abc import Callable
from typing import Annotated

import msgspec

from caddylite import regexps
from caddylite.caddyfile.dispenser import Dispenser
from caddylite.errors import ConfigError
from caddylite.http.matching import MATCHER_NAME, no_block
from caddylite.http.request import Request
from caddylite.node import ALWAYS, Node

#: Searches a text; on a match the captures go to the request's placeholders.
Search = Callable[[str, Request], bool]


class MatchRegexp(Node, frozen=True):
    """An expression with a name, under which its captures are found.

    They are ``{http.regexp.NAME.N}`` (N is 0 for the whole match, or a group's number or name),
    and the same without NAME.
    """

    label: str = msgspec.field(name="name", default="")
    pattern: Annotated[str, ALWAYS] = ""

    def prepare(self) -> Search:
        """Compile the expression; ConfigError if it is malformed."""
        try:
            expression = regexps.compile(self.pattern)
        except ValueError as e:
            raise ConfigError(f"compiling matcher regexp {self.pattern}: {e}") from None
        return lambda text, request: expression.capture(
            text, request.placeholders, "http.regexp.", self.label
        )


def parse_fields(d: Dispenser, name: str, fields: dict[str, MatchRegexp], once: str = "") -> None:
    """Read ``[<name>] <field> <pattern>`` lines of a matcher into ``fields``.

    An expression without a name takes that of the named matcher it is in. ``once`` is the
    complaint about a field that comes a second time, if there is to be one.
    """
    while d.next():
        words = [d.arg(), d.arg()]
        if d.next_arg():
            words.append(d.val)
        field, pattern = words[-2:]
        own = words[0] if len(words) == 3 else ""
        if once and field in fields:
            raise d.err(f"{once}: {field}")
        fields[field] = MatchRegexp(own or d.context.get(MATCHER_NAME, ""), pattern)
        no_block(d, name)
