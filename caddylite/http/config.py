"""The HTTP app's IR (``apps.http``)."""

from typing import Any, ClassVar

from caddylite.errors import ConfigError
from caddylite.http.route import Route
from caddylite.kinds import App, ListenerWrapper, PacketConnWrapper
from caddylite.node import Node
from caddylite.registry import module
from caddylite.tls.policy import ConnectionPolicy
from caddylite.values import Duration


class IPSource(Node, frozen=True):
    """Where ranges of addresses come from (``http/ip_sources``)."""

    namespace: ClassVar[str | None] = "http.ip_sources"
    inline_key: ClassVar[str | None] = "source"


class Names(tuple[str, ...]):
    """Several names; one alone may be written as a plain string in JSON."""

    __slots__ = ()

    def plain_form(self) -> list[str]:
        """Return the list."""
        return list(self)

    @classmethod
    def from_plain_form(cls, value: Any, path: tuple[str | int, ...]) -> "Names":
        """Read a string or a list of strings."""
        if isinstance(value, str):
            return cls((value,))
        if isinstance(value, list) and all(isinstance(v, str) for v in value):
            return cls(value)
        raise ConfigError("unsupported type", path=path)


class Errors(Node, frozen=True):
    """The routes an error is handled by."""

    routes: tuple[Route, ...] = ()


class AutoHTTPS(Node, frozen=True):
    """What automatic HTTPS leaves alone."""

    disable: bool = False
    disable_redirects: bool = False
    disable_certificates: bool = False
    skip: tuple[str, ...] = ()
    skip_certificates: tuple[str, ...] = ()
    ignore_loaded_certificates: bool = False


class ServerLogs(Node, frozen=True):
    """Which logger writes the access log of which host."""

    default_logger_name: str = ""
    logger_names: dict[str, Names] = {}
    skip_hosts: tuple[str, ...] = ()
    skip_unmapped_hosts: bool = False
    should_log_credentials: bool = False
    trace: bool = False


class Metrics(Node, frozen=True):
    """What is counted."""

    per_host: bool = False
    observe_catchall_hosts: bool = False
    otlp: bool = False


class Server(Node, frozen=True):
    """Listeners that share a list of routes."""

    listen: tuple[str, ...] = ()
    listener_wrappers: tuple[ListenerWrapper, ...] = ()
    packet_conn_wrappers: tuple[PacketConnWrapper, ...] = ()
    read_timeout: Duration = Duration(0)
    read_header_timeout: Duration = Duration(0)
    read_idle_timeout: Duration = Duration(0)
    read_min_rate: int = 0
    write_timeout: Duration = Duration(0)
    write_idle_timeout: Duration = Duration(0)
    write_min_rate: int = 0
    max_write_chunk: int = 0
    idle_timeout: Duration = Duration(0)
    keepalive_interval: Duration = Duration(0)
    keepalive_idle: Duration = Duration(0)
    keepalive_count: int = 0
    max_header_bytes: int = 0
    enable_full_duplex: bool = False
    expected_underscore_headers: tuple[str, ...] = ()
    expected_dot_headers: tuple[str, ...] = ()
    routes: tuple[Route, ...] = ()
    errors: Errors | None = None
    named_routes: dict[str, Route] = {}
    tls_connection_policies: tuple[ConnectionPolicy, ...] = ()
    automatic_https: AutoHTTPS | None = None
    strict_sni_host: bool | None = None
    trusted_proxies: IPSource | None = None
    client_ip_headers: tuple[str, ...] = ()
    trusted_proxies_strict: int = 0
    trusted_proxies_unix: bool = False
    logs: ServerLogs | None = None
    protocols: tuple[str, ...] = ()
    #: One list for each listener; None where the default protocols are meant.
    listen_protocols: tuple[tuple[str, ...] | None, ...] = ()
    allow_0rtt: bool | None = None
    metrics: Metrics | None = None


@module("http")
class HTTP(App, frozen=True):
    """``apps.http``."""

    http_port: int = 0
    https_port: int = 0
    grace_period: Duration = Duration(0)
    shutdown_delay: Duration = Duration(0)
    servers: dict[str, Server] = {}
    metrics: Metrics | None = None
