"""The ``rewrite`` directive."""

from caddylite.adapt.helper import ConfigValue, Helper
from caddylite.http.handlers.rewrite import Rewrite


def parse(h: Helper) -> list[ConfigValue]:
    """Change the request's URI. A lone argument is the URI, never a matcher.

    Syntax::

        rewrite [<matcher>] <to>
    """
    h.next()
    count = h.count_args()
    if count == 0:
        raise h.err("too few arguments; must have at least a rewrite URI")
    if count > 2:
        raise h.err("too many arguments; should only be a matcher and a URI")
    matchers = None
    if count == 2:
        matchers = h.take_matcher_set()
        h.next()
    h.next()
    return h.route(matchers, Rewrite(uri=h.val))
