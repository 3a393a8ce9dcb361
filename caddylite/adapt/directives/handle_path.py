"""The ``handle_path`` directive."""

from msgspec.structs import replace

from caddylite.adapt.helper import ConfigValue, Helper
from caddylite.http.handlers.rewrite import Rewrite
from caddylite.http.matchers.path import Path
from caddylite.http.route import Route


def parse(h: Helper) -> list[ConfigValue]:
    """Run the directives of the block for a path, with the path's beginning taken away.

    Syntax::

        handle_path <path> {
            <directives...>
        }
    """
    h.next()
    path = h.arg()
    if not path.startswith("/"):
        raise h.err(f"path matcher must begin with '/', got {path}")
    prefix = path[:-2] if path.endswith("/*") else path.removesuffix("*")
    h.reset()
    h.next()
    subroute = h.subroute()
    strip = Route(handle=(Rewrite(strip_path_prefix=prefix),))
    return h.route({"path": Path((path,))}, replace(subroute, routes=(strip, *subroute.routes)))
