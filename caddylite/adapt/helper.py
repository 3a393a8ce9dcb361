"""What a directive sees while it is read: its words, the options, the named matchers.

A directive is a file of its name in ``adapt/directives`` that defines one of

* ``def handler(h: Helper) -> Handler``: for a directive that is one HTTP handler behind an
  optional matcher token (the token has been taken out; the cursor stands before the name);
* ``def parse(h: Helper) -> list[ConfigValue]``: for everything else (cursor before the name).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.http.handling import Handler
from caddylite.http.route import MatcherSet, Route


@dataclass(slots=True)
class ConfigValue:
    """One thing a directive contributes.

    ``kind`` is Caddy's class name for it: ``route`` (value: Route), ``error_route``, ``bind``,
    ``tls.cert_issuer``, ``custom_log`` …; ``directive`` is filled in by whoever called it.
    """

    kind: str
    value: Any
    directive: str = ""


class Helper(Dispenser):
    """A Dispenser over one directive's segment, with what surrounds it."""

    options: Mapping[str, Any]  # the global options, by name
    matchers: dict[str, MatcherSet]  # named matchers in scope, "@name" -> set

    def matcher_token(self) -> MatcherSet | None:
        """Read the next argument as a matcher token (``*``, ``/path``, ``@name``), if any."""
        raise NotImplementedError

    def take_matcher_set(self) -> MatcherSet | None:
        """Like matcher_token, but take the token out and start again from the beginning."""
        raise NotImplementedError

    def route(self, matchers: MatcherSet | None, handler: Handler) -> list[ConfigValue]:
        """Make the one route that runs a handler behind a matcher set."""
        sets = () if matchers is None else (matchers,)
        return [ConfigValue("route", Route(match=sets, handle=(handler,)))]

    def group(self, values: list[ConfigValue]) -> None:
        """Make the routes among these mutually exclusive (in place), if there are at least two."""
        raise NotImplementedError

    def over(self, d: Dispenser) -> "Helper":
        """Return a Helper over other tokens, with the same surroundings."""
        raise NotImplementedError

    def segment_values(self) -> list[ConfigValue]:
        """Read this segment's block as directives and return what they contribute, unsorted."""
        raise NotImplementedError

    def subroute(self) -> Handler:
        """Read this segment's block as directives and return them as one subroute handler."""
        raise NotImplementedError

    def warn(self, message: str) -> None:
        """Note a warning about the current token."""
        raise NotImplementedError
