"""The ``l4.*`` placeholders of a connection."""

from typing import Any

from caddylite.layer4.matching import Connection
from caddylite.placeholders import GLOBALS, UNKNOWN, Lookup


def join_host_port(address: tuple[str, int] | str) -> str:
    """Write an address as Go does: ``host:port``, ``[v6]:port``, or the path of a Unix socket."""
    if isinstance(address, str):
        return address
    host, port = address
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def lookup(cx: Connection, global_names: Lookup = GLOBALS) -> Lookup:
    """Return the function that answers placeholder names for this connection.

    Besides what matchers and handlers have set (``cx.placeholders``): ``l4.conn.remote_addr``,
    ``l4.conn.local_addr``, ``l4.conn.wrap_time`` and ``l4.vars.*`` (empty where not set, as in
    caddy-l4), then the global names.
    """
    values = cx.placeholders

    def ask(name: str) -> Any:
        if name in values:
            return values[name]
        if name.startswith("l4."):
            return _own(cx, name[3:])
        return global_names(name)

    return ask


def _own(cx: Connection, name: str) -> Any:
    if name == "conn.remote_addr":
        return join_host_port(cx.remote)
    if name == "conn.local_addr":
        return join_host_port(cx.local)
    if name == "conn.wrap_time":
        from datetime import UTC, datetime

        return datetime.fromtimestamp(cx.started, UTC)
    if name.startswith("vars."):
        return cx.vars.get(name[5:], "")
    return UNKNOWN
