"""The ``srv`` source of upstreams."""

from typing import Self

from msgspec import field

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.options import Fields, duration, read_block
from caddylite.http.reverse_proxy.dynamic import COMMON, once
from caddylite.http.reverse_proxy.kinds import Resolver, UpstreamSource
from caddylite.registry import module
from caddylite.values import Duration


@module("http.reverse_proxy.upstreams.srv")
class SRV(UpstreamSource, frozen=True):
    """Looks a service up (SRV records, RFC 2782).

    Syntax::

        dynamic srv [<full_name>] {
            service             <service>
            proto               <proto>
            name                <name>
            refresh             <interval>
            resolvers           <addresses...>
            dial_timeout        <duration>
            dial_fallback_delay <duration>
            grace_period        <duration>
        }
    """

    service: str = ""
    proto: str = ""
    host: str = field(default="", name="name")
    refresh: Duration = Duration(0)
    grace_period: Duration = Duration(0)
    resolver: Resolver | None = None
    dial_timeout: Duration = Duration(0)
    dial_fallback_delay: Duration = Duration(0)
    dial_network: str = ""

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the name, then the block."""
        d.next()
        words = d.args()
        if len(words) > 1:
            raise d.arg_err()
        given: Fields = {"host": words[0]} if words else {}
        return cls(**read_block(d, _SYNTAX, "unrecognized srv option '{}'", given))


_SYNTAX = {
    **COMMON,
    "service": once("service", "srv service has already been specified"),
    "proto": once("proto", "srv proto has already been specified"),
    "name": once("host", "srv name has already been specified"),
    "grace_period": duration("grace_period", "bad grace period value '{}': {}"),
}
