"""The ``handle`` directive."""

from caddylite.adapt.helper import Helper
from caddylite.http.handlers.subroute import Subroute


def handler(h: Helper) -> Subroute:
    """Run the directives of the block; of several ``handle`` blocks side by side, only one runs.

    Syntax::

        handle [<matcher>] {
            <directives...>
        }
    """
    return h.subroute()
