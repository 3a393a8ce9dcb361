"""The ``route`` directive."""

from caddylite.adapt.helper import Helper
from caddylite.adapt.routes import join_routes
from caddylite.http.handlers.subroute import Subroute
from caddylite.http.route import Route


def handler(h: Helper) -> Subroute:
    """Run the directives of the block in the order they are written.

    Syntax::

        route [<matcher>] {
            <directives...>
        }
    """
    values = h.segment_values()
    for v in values:
        if not isinstance(v.value, Route | Subroute):
            raise h.err(
                f"{v.directive} directive returned something other than an HTTP route or subroute:"
                f" {v.value!r} (only handler directives can be used in routes)"
            )
    return join_routes(values, h.around)
