"""The order in which directives run when a site block does not say (docs: directive order)."""

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
