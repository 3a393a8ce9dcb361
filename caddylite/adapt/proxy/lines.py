"""The lines of ``reverse_proxy`` that stand for themselves, as a table."""

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.modules import load_module
from caddylite.caddyfile.options import (
    Fields,
    Reader,
    Table,
    duration,
    integer,
    only_text,
    table_within,
)
from caddylite.errors import ConfigError
from caddylite.gonumbers import atoi, parse_size, signed64
from caddylite.http.matching import parse_nested_set
from caddylite.http.reverse_proxy.kinds import SelectionPolicy, UpstreamSource
from caddylite.ip import PRIVATE_RANGES
from caddylite.values import Duration


def _dynamic(d: Dispenser, out: Fields) -> None:
    d.arg()  # said twice, the last one counts
    out["dynamic_upstreams"] = load_module(d, UpstreamSource)


def _lb_policy(d: Dispenser, out: Fields) -> None:
    d.arg()
    if "selection_policy" in out:
        raise d.err("load balancing selection policy already specified")
    out["selection_policy"] = load_module(d, SelectionPolicy)


def _lb_retry_match(d: Dispenser, out: Fields) -> None:
    try:
        matchers = parse_nested_set(d)
    except ConfigError as e:
        raise d.err(f"failed to parse lb_retry_match: {e}", e.hint) from None
    out["retry_match"] = (*out.get("retry_match", ()), matchers)


def _nanoseconds(field: str) -> Reader:
    """Read a time span; a bare number is one of nanoseconds."""

    def read(d: Dispenser, out: Fields) -> None:
        word = d.arg()
        try:
            out[field] = Duration(atoi(word))
        except ValueError:
            try:
                out[field] = Duration.parse(word)
            except ValueError as e:
                raise d.err(f"bad duration value '{word}': {e}") from None

    return read


def _buffer(field: str) -> Reader:
    """Read a byte count or ``unlimited``."""

    def read(d: Dispenser, out: Fields) -> None:
        word = d.arg()
        try:
            out[field] = -1 if word == "unlimited" else signed64(parse_size(word))
        except ValueError as e:
            raise d.err(f"invalid byte size '{word}': {e}") from None
        d.no_more_args()

    return read


def _trusted_proxies(d: Dispenser, out: Fields) -> None:
    for word in d.args():
        ranges = PRIVATE_RANGES if word == "private_ranges" else (word,)
        out["trusted_proxies"] = (*out.get("trusted_proxies", ()), *ranges)


def _verbose_logs(d: Dispenser, out: Fields) -> None:
    if "verbose_logs" in out:
        raise d.err("verbose_logs already specified")
    out["verbose_logs"] = True


LINES: Table = {
    "dynamic": _dynamic,
    "flush_interval": _nanoseconds("flush_interval"),
    "request_buffers": _buffer("request_buffers"),
    "response_buffers": _buffer("response_buffers"),
    "stream_buffer_size": _buffer("stream_buffer_size"),
    "stream_timeout": _nanoseconds("stream_timeout"),
    "stream_close_delay": _nanoseconds("stream_close_delay"),
    "trusted_proxies": _trusted_proxies,
    "verbose_logs": _verbose_logs,
    **table_within(
        "load_balancing",
        {
            "lb_policy": _lb_policy,
            "lb_retries": integer("retries", "bad lb_retries number '{}': {}"),
            "lb_try_duration": duration("try_duration", "bad duration value {}: {}"),
            "lb_try_interval": duration("try_interval", "bad interval value '{}': {}"),
            "lb_retry_match": _lb_retry_match,
        },
    ),
    **table_within("rewrite", {"method": only_text("method"), "rewrite": only_text("uri")}),
}
