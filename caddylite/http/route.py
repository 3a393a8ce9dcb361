"""A route of the HTTP app."""

from caddylite.http.handling import Handler
from caddylite.http.matching import RequestMatcher
from caddylite.node import Node

#: Matchers that must all match, by name.
MatcherSet = dict[str, RequestMatcher]


class Route(Node, frozen=True):
    """Handlers behind matchers: sets are OR'ed, the matchers in a set AND'ed."""

    group: str = ""
    match: tuple[dict[str, RequestMatcher], ...] = ()
    handle: tuple[Handler, ...] = ()
    terminal: bool = False
