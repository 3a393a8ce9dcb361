"""The order in which directives run when a site block does not say (docs: directive order)."""

from importlib import import_module
from typing import Final

#: The standard order; ``options["order"]`` takes its place when the ``order`` option is used.
# fmt: off
DEFAULT_ORDER: Final[tuple[str, ...]] = (
    "tracing",
    "map", "vars", "fs", "root", "log_append", "skip_log", "log_skip", "log_name",
    "header", "copy_response_headers", "request_body", "timeouts",
    "redir",
    "method", "rewrite", "uri", "try_files",
    "basicauth", "basic_auth", "forward_auth", "request_header", "encode", "push", "intercept",
    "templates",
    "invoke", "handle", "handle_path", "route",
    "abort", "error", "copy_response", "respond", "metrics", "reverse_proxy", "php_fastcgi",
    "file_server", "acme_server",
)
# fmt: on


def usual_order() -> tuple[str, ...]:
    """Return the standard order, with the directives of plugins that say their place in it.

    Such a directive's file has ``BEFORE`` or ``AFTER``, a standard directive's name.
    """
    from caddylite.adapt.directives import PLUGIN_PREFIX
    from caddylite.registry import plugins

    order = list(DEFAULT_ORDER)
    for name, path in plugins(PLUGIN_PREFIX).items():
        file = import_module(path)
        for place, step in (("BEFORE", 0), ("AFTER", 1)):
            if hasattr(file, place):
                order.insert(order.index(getattr(file, place)) + step, name)
    return tuple(order)
