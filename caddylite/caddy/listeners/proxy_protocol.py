"""Connections that begin with a PROXY header."""

from typing import Final, Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.options import Fields, Table, duration, more_words
from caddylite.kinds import ListenerWrapper
from caddylite.layer4.handlers.proxy_protocol import Policy
from caddylite.registry import module
from caddylite.values import Duration


@module("caddy.listeners.proxy_protocol")
class ProxyProtocol(ListenerWrapper, frozen=True):
    """Takes the client's address from a PROXY header (v1 or v2).

    Syntax::

        proxy_protocol {
            timeout <time>
            allow <CIDR ranges...>
            deny <CIDR ranges...>
            fallback_policy USE|IGNORE|REJECT|REQUIRE|SKIP
        }

    Peers in ``allow`` are believed (USE), those in ``deny`` rejected when they send a header; the
    policy for the others is IGNORE if unset.
    """

    timeout: Duration = Duration(0)
    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    fallback_policy: Policy = Policy()

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the block."""
        d.next()
        d.no_more_args()
        fields: Fields = {}
        for option in d.block():
            reader = _SYNTAX.get(option)
            if reader is None:
                raise d.arg_err()
            reader(d, fields)
        return cls(**fields)


def _policy(d: Dispenser, out: Fields) -> None:
    try:
        out["fallback_policy"] = Policy.read(d.arg())
    except ValueError as e:
        raise d.err(str(e)) from None


_SYNTAX: Final[Table] = {
    "timeout": duration("timeout", "parsing proxy_protocol timeout duration: {1}"),
    "allow": more_words("allow"),
    "deny": more_words("deny"),
    "fallback_policy": _policy,
}
