"""The ``http`` transport."""

from typing import Any, Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.modules import find_module, load_module
from caddylite.caddyfile.options import (
    Fields,
    duration,
    integer,
    read_block,
    size,
    table_within,
    text,
    words,
)
from caddylite.http.reverse_proxy import tls
from caddylite.http.reverse_proxy.dynamic import resolvers
from caddylite.http.reverse_proxy.kinds import Resolver, Transport
from caddylite.http.reverse_proxy.tls import TLSConfig
from caddylite.kinds import NetworkProxy
from caddylite.node import Node
from caddylite.notices import notice
from caddylite.registry import module
from caddylite.values import Duration


class KeepAlive(Node, frozen=True):
    """Which idle connections are kept, and for how long."""

    enabled: bool | None = None
    probe_interval: Duration = Duration(0)
    max_idle_conns: int = 0
    max_idle_conns_per_host: int = 0
    idle_timeout: Duration = Duration(0)


@module("http.reverse_proxy.transport.http")
class HTTP(Transport, frozen=True):
    """Speaks HTTP to upstreams: 1.1, 2, cleartext 2 and 3.

    Syntax::

        transport http {
            read_buffer             <size>
            write_buffer            <size>
            read_timeout            <duration>
            write_timeout           <duration>
            max_response_header     <size>
            proxy_protocol          v1|v2
            network_proxy           <module> ...
            local_address           <address>
            dial_timeout            <duration>
            dial_fallback_delay     <duration>
            response_header_timeout <duration>
            expect_continue_timeout <duration>
            resolvers               <addresses...>
            tls
            tls_client_auth         <automate_name> | <cert_file> <key_file>
            tls_insecure_skip_verify
            tls_curves              <curves...>
            tls_timeout             <duration>
            tls_trust_pool          <module> ...
            tls_server_name         <name>
            tls_renegotiation       never|once|freely
            tls_except_ports        <ports...>
            keepalive               off|<duration>
            keepalive_interval      <interval>
            keepalive_idle_conns    <count>
            keepalive_idle_conns_per_host <count>
            versions                <versions...>
            compression             off
            max_conns_per_host      <count>
        }
    """

    resolver: Resolver | None = None
    tls: TLSConfig | None = None
    keep_alive: KeepAlive | None = None
    compression: bool | None = None
    max_conns_per_host: int = 0
    proxy_protocol: str = ""
    forward_proxy_url: str = ""
    dial_timeout: Duration = Duration(0)
    dial_fallback_delay: Duration = Duration(0)
    response_header_timeout: Duration = Duration(0)
    expect_continue_timeout: Duration = Duration(0)
    max_response_header_size: int = 0
    write_buffer_size: int = 0
    read_buffer_size: int = 0
    read_timeout: Duration = Duration(0)
    write_timeout: Duration = Duration(0)
    versions: tuple[str, ...] = ()
    local_address: str = ""
    network_proxy: NetworkProxy | None = None

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the block."""
        d.next()
        fields = read_block(d, _SYNTAX, "unrecognized subdirective {}")
        for name, struct in (("tls", TLSConfig), ("keep_alive", KeepAlive)):
            if name in fields:
                fields[name] = struct(**fields[name])
        return cls(**fields)


def _proxy_protocol(d: Dispenser, out: Fields) -> None:
    version = d.arg()
    if version not in ("v1", "v2"):
        raise d.err(f"invalid proxy protocol version '{version}'")
    out["proxy_protocol"] = version


def _forward_proxy_url(d: Dispenser, out: Fields) -> None:
    notice("The 'forward_proxy_url' field is deprecated. Use 'network_proxy <url>' instead.")
    proxy: Any = find_module(d, NetworkProxy, "url")
    out["network_proxy"] = proxy(d.arg())


def _network_proxy(d: Dispenser, out: Fields) -> None:
    d.arg()
    out["network_proxy"] = load_module(d, NetworkProxy)


def _keepalive(d: Dispenser, out: Fields) -> None:
    if d.arg() == "off":
        out["enabled"] = False
        return
    try:
        out["idle_timeout"] = Duration.parse(d.val)
    except ValueError as e:
        raise d.err(f"bad duration value '{d.val}': {e}") from None


def _compression(d: Dispenser, out: Fields) -> None:
    if d.opt_arg() == "off":
        out["compression"] = False


_TIMEOUT = "bad timeout value '{}': {}"
_COUNT = "bad integer value '{}': {}"
_SYNTAX: dict[str, Any] = {
    "read_buffer": size("read_buffer_size", "invalid read buffer size '{}': {}"),
    "write_buffer": size("write_buffer_size", "invalid write buffer size '{}': {}"),
    "read_timeout": duration("read_timeout", "invalid read timeout duration '{}': {}"),
    "write_timeout": duration("write_timeout", "invalid write timeout duration '{}': {}"),
    "max_response_header": size(
        "max_response_header_size", "invalid max response header size '{}': {}"
    ),
    "proxy_protocol": _proxy_protocol,
    "forward_proxy_url": _forward_proxy_url,
    "network_proxy": _network_proxy,
    "dial_timeout": duration("dial_timeout", _TIMEOUT),
    "dial_fallback_delay": duration("dial_fallback_delay", "bad fallback delay value '{}': {}"),
    "response_header_timeout": duration("response_header_timeout", _TIMEOUT),
    "expect_continue_timeout": duration("expect_continue_timeout", _TIMEOUT),
    "resolvers": resolvers,
    "versions": words("versions"),
    "compression": _compression,
    "max_conns_per_host": integer("max_conns_per_host", _COUNT),
    "local_address": text("local_address"),
    **table_within("tls", tls.SYNTAX),
    **table_within(
        "keep_alive",
        {
            "keepalive": _keepalive,
            "keepalive_interval": duration("probe_interval", "bad interval value '{}': {}"),
            "keepalive_idle_conns": integer("max_idle_conns", _COUNT),
            "keepalive_idle_conns_per_host": integer("max_idle_conns_per_host", _COUNT),
        },
    ),
}
