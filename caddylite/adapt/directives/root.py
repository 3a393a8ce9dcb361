"""The ``root`` directive."""

from caddylite.adapt.helper import ConfigValue, Helper
from caddylite.http.handlers.vars import Vars


def parse(h: Helper) -> list[ConfigValue]:
    """Set the directory that files are served from. A lone argument is the path, never a matcher.

    Syntax::

        root [<matcher>] <path>
    """
    h.next()
    count = h.count_args()
    if count == 0:
        raise h.err("too few arguments; must have at least a root path")
    if count > 2:
        raise h.err("too many arguments; should only be a matcher and a path")
    matchers = None
    if count == 2:
        matchers = h.take_matcher_set()
        h.next()
    path = h.arg()
    if matchers is None:
        h.block_state["root"] = path
    return h.route(matchers, Vars({"root": path}))
