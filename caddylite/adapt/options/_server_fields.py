"""What can be said of a server in the ``servers`` option, as a table of readers."""

from typing import Final

from caddylite.adapt.options.metrics import read_metrics
from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.modules import load_module
from caddylite.caddyfile.options import Fields, Reader, Table, duration, flag, read_block, words
from caddylite.gonumbers import parse_int, parse_size, signed64
from caddylite.http.config import IPSource
from caddylite.kinds import ListenerWrapper, PacketConnWrapper
from caddylite.notices import notice
from caddylite.values import Duration


def _name(d: Dispenser, out: Fields) -> None:
    if not out["address"]:
        raise d.err("cannot set a name for a server without a listener address")
    out["name"] = d.arg()


def _wrappers(field: str, kind: type[ListenerWrapper] | type[PacketConnWrapper]) -> Reader:
    def read(d: Dispenser, out: Fields) -> None:
        for _ in d.block():
            out[field] = (*out.get(field, ()), load_module(d, kind))

    return read


def _size(field: str, complaint: str) -> Reader:
    def read(d: Dispenser, out: Fields) -> None:
        (word,) = d.exactly()
        try:
            out[field] = signed64(parse_size(word))
        except ValueError as e:
            raise d.err(f"{complaint}: {e}") from None

    return read


def _time_and_rate(time: str, rate: str, name: str) -> Reader:
    def read(d: Dispenser, out: Fields) -> None:
        args = d.args()
        if not 1 <= len(args) <= 2:
            raise d.arg_err()
        try:
            out[time] = Duration.parse(args[0])
        except ValueError as e:
            raise d.err(f"parsing {name} timeout duration: {e}") from None
        if len(args) == 2:
            try:
                out[rate] = parse_int(args[1])
            except ValueError as e:
                raise d.err(f"parsing {name} min_rate bytes/second: {e}") from None

    return read


def _timeouts(d: Dispenser, out: Fields) -> None:
    read_block(d, _TIMEOUTS, "unrecognized timeouts option '{}'", out)


def _count(d: Dispenser, out: Fields) -> None:
    word = d.arg()
    try:
        out["keepalive_count"] = parse_int(word, 32)
    except ValueError as e:
        raise d.err(f"parsing keepalive count int: {e}") from None


def _protocols(d: Dispenser, out: Fields) -> None:
    for protocol in d.args():
        if protocol not in ("h1", "h2", "h2c", "h3"):
            raise d.err(f"unknown protocol '{protocol}': expected h1, h2, h2c, or h3")
        _add_once(d, out, "protocols", protocol, "protocol")
    _no_block(d)


def _client_ip_headers(d: Dispenser, out: Fields) -> None:
    for header in d.args():
        _add_once(d, out, "client_ip_headers", header, "client IP header")
    _no_block(d)


def _add_once(d: Dispenser, out: Fields, field: str, word: str, what: str) -> None:
    if word in out.get(field, ()):
        raise d.err(f"{what} {word} specified more than once")
    out[field] = (*out.get(field, ()), word)


def _no_block(d: Dispenser) -> None:
    if d.next_block(d.nesting):
        raise d.arg_err()


def _strict_sni_host(d: Dispenser, out: Fields) -> None:
    word = d.opt_arg()
    if word not in (None, "on", "insecure_off"):
        raise d.err(f"strict_sni_host only supports 'on' or 'insecure_off', got '{word}'")
    out["strict_sni_host"] = word != "insecure_off"


def _trusted_proxies(d: Dispenser, out: Fields) -> None:
    if not d.next_arg():
        raise d.err("trusted_proxies expects an IP range source module name as its first argument")
    out["trusted_proxies"] = load_module(d, IPSource)


def _trusted_proxies_strict(d: Dispenser, out: Fields) -> None:
    d.no_more_args()
    out["trusted_proxies_strict"] = 1


def _metrics(d: Dispenser, out: Fields) -> None:
    notice(
        "The nested 'metrics' option inside `servers` is deprecated and will be removed in the "
        "next major version. Use the global 'metrics' option instead."
    )
    out["metrics"] = read_metrics(d, ("per_host",), "unrecognized metrics option '{}'")


def _zero_rtt(d: Dispenser, out: Fields) -> None:
    word = d.arg()
    if word != "off":
        raise d.err(f"unsupported 0rtt argument '{word}' (only 'off' is supported)")
    out["allow_0rtt"] = False


_TIMEOUTS: Final[Table] = {
    "read_body": duration("read_timeout", "parsing read_body timeout duration: {1}"),
    "read_body_idle": _time_and_rate("read_idle_timeout", "read_min_rate", "read_body_idle"),
    "read_header": duration("read_header_timeout", "parsing read_header timeout duration: {1}"),
    "write": duration("write_timeout", "parsing write timeout duration: {1}"),
    "write_idle": _time_and_rate("write_idle_timeout", "write_min_rate", "write_idle"),
    "write_max_chunk": _size("max_write_chunk", "parsing write_max_chunk"),
    "idle": duration("idle_timeout", "parsing idle timeout duration: {1}"),
}

#: By the option's name; the fields are those of ``http.config.Server``, and of ServerOptions.
SYNTAX: Final[Table] = {
    "name": _name,
    "listener_wrappers": _wrappers("listener_wrappers", ListenerWrapper),
    "packet_conn_wrappers": _wrappers("packet_conn_wrappers", PacketConnWrapper),
    "timeouts": _timeouts,
    "keepalive_interval": duration(
        "keepalive_interval", "parsing keepalive interval duration: {1}"
    ),
    "keepalive_idle": duration("keepalive_idle", "parsing keepalive idle duration: {1}"),
    "keepalive_count": _count,
    "max_header_size": _size("max_header_bytes", "parsing max_header_size"),
    "enable_full_duplex": flag("enable_full_duplex"),
    "expected_underscore_headers": words("expected_underscore_headers"),
    "expected_dot_headers": words("expected_dot_headers"),
    "log_credentials": flag("log_credentials"),
    "protocols": _protocols,
    "strict_sni_host": _strict_sni_host,
    "trusted_proxies": _trusted_proxies,
    "trusted_proxies_strict": _trusted_proxies_strict,
    "trusted_proxies_unix": flag("trusted_proxies_unix"),
    "client_ip_headers": _client_ip_headers,
    "metrics": _metrics,
    "trace": flag("trace"),
    "0rtt": _zero_rtt,
}
