"""The lines of ``reverse_proxy`` about the health of upstreams, as a table."""

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.options import (
    Fields,
    Table,
    duration,
    flag,
    integer,
    table_within,
    text,
    value,
)
from caddylite.gonumbers import atoi
from caddylite.http.response_matcher import read_status
from caddylite.netaddr import split_host_port
from caddylite.notices import notice


def _path(d: Dispenser, out: Fields) -> None:
    out["path"] = d.arg()
    notice(
        "the 'health_path' subdirective is deprecated, please use 'health_uri' instead!",
        "config.adapter.caddyfile",
    )


def _upstream(d: Dispenser, out: Fields) -> None:
    address = d.arg()
    try:
        _, port = split_host_port(address)
    except ValueError as e:
        raise d.err(f"health_upstream is malformed '{address}': {e}") from None
    try:
        atoi(port)
    except ValueError as e:
        raise d.err(f"bad port number '{address}': {e}") from None
    out["upstream"] = address


def _port(d: Dispenser, out: Fields) -> None:
    word = d.arg()
    if out.get("upstream"):
        raise d.err("the 'health_port' subdirective is ignored if 'health_upstream' is used!")
    try:
        out["port"] = atoi(word)
    except ValueError as e:
        raise d.err(f"bad port number '{word}': {e}") from None


def _headers(d: Dispenser, out: Fields) -> None:
    fields: dict[str, tuple[str, ...]] = {}
    for name in d.block():
        fields[name] = fields.get(name, ()) + tuple(d.args() or [""])
    out["headers"] = fields


def _unhealthy_status(d: Dispenser, out: Fields) -> None:
    for word in d.some_args():
        try:
            out["unhealthy_status"] = (*out.get("unhealthy_status", ()), read_status(word))
        except ValueError as e:
            raise d.err(f"bad status value '{d.val}': {e}") from None


ACTIVE: Table = {
    "health_uri": text("uri"),
    "health_path": _path,
    "health_upstream": _upstream,
    "health_port": _port,
    "health_headers": _headers,
    "health_method": text("method"),
    "health_request_body": text("body"),
    "health_interval": duration("interval", "bad interval value {}: {}"),
    "health_timeout": duration("timeout", "bad timeout value {}: {}"),
    "health_status": value("expect_status", read_status, "bad status value '{}': {}"),
    "health_body": text("expect_body"),
    "health_follow_redirects": flag("follow_redirects"),
    "health_passes": integer("passes", "invalid passes count '{}': {}"),
    "health_fails": integer("fails", "invalid fails count '{}': {}"),
}
PASSIVE: Table = {
    "max_fails": integer("max_fails", "invalid maximum fail count '{}': {}"),
    "fail_duration": duration("fail_duration", "bad duration value '{}': {}"),
    "unhealthy_request_count": integer(
        "unhealthy_request_count", "invalid maximum connection count '{}': {}"
    ),
    "unhealthy_status": _unhealthy_status,
    "unhealthy_latency": duration("unhealthy_latency", "bad duration value '{}': {}"),
}

#: All of them; what they read is in the fields ``active`` and ``passive``.
HEALTH: Table = {**table_within("active", ACTIVE), **table_within("passive", PASSIVE)}
