"""The ``route`` directive."""

from caddylite.adapt.helper import ConfigValue, Helper
from caddylite.adapt.routes import join_routes
from caddylite.errors import ConfigError
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
        # what ``handle_errors`` gives is a subroute too, but one for errors
        if v.kind != "route" or not isinstance(v.value, Route | Subroute):
            raise _not_a_route(h, v)
    return join_routes(values, h.around)


def _not_a_route(h: Helper, v: ConfigValue) -> ConfigError:
    from caddylite.adapt.go_values import go_value

    return h.err(
        f"{v.directive} directive returned something other than an HTTP route or subroute:"
        f" {go_value(v.value)} (only handler directives can be used in routes)"
    )
