"""The ``a`` source of upstreams."""

from typing import Self

from msgspec import field

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.options import Fields, read_block
from caddylite.http.reverse_proxy.dynamic import COMMON, once
from caddylite.http.reverse_proxy.kinds import Resolver, UpstreamSource
from caddylite.node import Node
from caddylite.registry import module
from caddylite.values import Duration


class IPVersions(Node, frozen=True):
    """Which addresses are asked for; both when nothing is said."""

    ipv4: bool | None = None
    ipv6: bool | None = None


@module("http.reverse_proxy.upstreams.a")
class A(UpstreamSource, frozen=True):
    """Looks a name's addresses up (A and AAAA records).

    Syntax::

        dynamic a [<name> [<port>]] {
            name                <name>
            port                <port>
            refresh             <interval>
            resolvers           <addresses...>
            dial_timeout        <duration>
            dial_fallback_delay <duration>
            versions            ipv4|ipv6 ...
        }
    """

    host: str = field(default="", name="name")
    port: str = ""
    refresh: Duration = Duration(0)
    resolver: Resolver | None = None
    dial_timeout: Duration = Duration(0)
    dial_fallback_delay: Duration = Duration(0)
    versions: IPVersions | None = None

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the name and port, then the block."""
        d.next()
        words = d.args()
        if len(words) > 2:
            raise d.arg_err()
        given: Fields = dict(zip(("host", "port"), words, strict=False))
        return cls(**read_block(d, _SYNTAX, "unrecognized a option '{}'", given))


def _versions(d: Dispenser, out: Fields) -> None:
    words = d.args()
    if not words:
        raise d.err("must specify at least one version")
    for word in words:
        if word not in ("ipv4", "ipv6"):
            raise d.err(f"unsupported version: '{word}'")
    before = out.get("versions") or IPVersions()
    out["versions"] = IPVersions(
        ipv4=True if "ipv4" in words else before.ipv4,
        ipv6=True if "ipv6" in words else before.ipv6,
    )


_SYNTAX = {
    **COMMON,
    "name": once("host", "a name has already been specified"),
    "port": once("port", "a port has already been specified"),
    "versions": _versions,
}
