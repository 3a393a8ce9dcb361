"""The ``servers`` option: what it says about which server."""

from typing import Any, Final

from msgspec.structs import replace

from caddylite.adapt.options._values import ServerOptions
from caddylite.errors import ConfigError
from caddylite.http.config import Metrics, Server, ServerLogs

#: The fields of a server that an option sets; those it does not name become empty.
_FIELDS: Final = (
    "listener_wrappers",
    "packet_conn_wrappers",
    "read_timeout",
    "read_header_timeout",
    "read_idle_timeout",
    "read_min_rate",
    "write_timeout",
    "write_idle_timeout",
    "write_min_rate",
    "max_write_chunk",
    "idle_timeout",
    "keepalive_interval",
    "keepalive_idle",
    "keepalive_count",
    "max_header_bytes",
    "enable_full_duplex",
    "expected_underscore_headers",
    "expected_dot_headers",
    "protocols",
    "strict_sni_host",
    "trusted_proxies",
    "client_ip_headers",
    "trusted_proxies_strict",
    "trusted_proxies_unix",
    "metrics",
    "allow_0rtt",
)


def apply_server_options(
    servers: dict[str, Server], said: list[ServerOptions]
) -> dict[str, Server]:
    """Return the servers with what the options say about them, under the names they give."""
    _refuse_repeated_names(said)
    blank = Server()
    nothing = {name: getattr(blank, name) for name in _FIELDS}
    out = {}
    for name, server in servers.items():
        options = next((o for o in said if not o.address or o.address in server.listen), None)
        if options is not None:
            server = replace(server, **(nothing | options.fields), logs=_logs(server, options))
            name = options.name or name
        out[name] = server
    return out


def _refuse_repeated_names(said: list[ServerOptions]) -> None:
    names = set()
    for options in said:
        if options.name in names:
            raise ConfigError(f"cannot use duplicate server name '{options.name}'")
        if options.name:
            names.add(options.name)


def _logs(server: Server, options: ServerOptions) -> ServerLogs | None:
    logs = server.logs
    if options.log_credentials:
        logs = replace(logs or ServerLogs(), should_log_credentials=True)
    if options.trace:
        logs = replace(logs or ServerLogs(), trace=True)
    return logs


def hoist_metrics(
    servers: dict[str, Server], metrics: Metrics | None
) -> tuple[dict[str, Server], Metrics | None]:
    """Move what single servers say about metrics (the old way) to the app."""
    out: dict[str, Any] = {}
    for name, server in servers.items():
        if server.metrics is not None:
            per_host = server.metrics.per_host or (metrics is not None and metrics.per_host)
            metrics = Metrics(per_host=per_host)
            server = replace(server, metrics=None)
        out[name] = server
    return out, metrics
