"""The ``reverse_proxy`` handler: ``reverse_proxy``, ``php_fastcgi``, ``forward_auth``."""

from caddylite.http.handlers.headers import Headers
from caddylite.http.handlers.rewrite import Rewrite
from caddylite.http.handling import Handler
from caddylite.http.response_handler import ResponseHandler
from caddylite.http.reverse_proxy.health_checks import HealthChecks
from caddylite.http.reverse_proxy.kinds import CircuitBreaker, Transport, UpstreamSource
from caddylite.http.reverse_proxy.load_balancing import LoadBalancing
from caddylite.node import Node
from caddylite.registry import module
from caddylite.values import Duration


class Upstream(Node, frozen=True):
    """A server that requests are passed on to: its address (which may hold placeholders)."""

    dial: str = ""
    max_requests: int = 0


@module("http.handlers.reverse_proxy")
class ReverseProxy(Handler, frozen=True):
    """Passes requests on to one of several upstreams, and their responses back.

    ``flush_interval``, ``request_buffers`` and ``response_buffers`` may be negative: flush after
    every write, buffer without a limit.
    """

    transport: Transport | None = None
    circuit_breaker: CircuitBreaker | None = None
    load_balancing: LoadBalancing | None = None
    health_checks: HealthChecks | None = None
    upstreams: tuple[Upstream, ...] = ()
    dynamic_upstreams: UpstreamSource | None = None
    flush_interval: Duration = Duration(0)
    trusted_proxies: tuple[str, ...] = ()
    headers: Headers | None = None
    request_buffers: int = 0
    response_buffers: int = 0
    stream_timeout: Duration = Duration(0)
    stream_buffer_size: int = 0
    stream_close_delay: Duration = Duration(0)
    rewrite: Rewrite | None = None
    handle_response: tuple[ResponseHandler, ...] = ()
    verbose_logs: bool = False
