"""What the DNS sources of upstreams have in common."""

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.options import Fields, Reader, Table, duration
from caddylite.http.reverse_proxy.kinds import Resolver


def once(field: str, complaint: str) -> Reader:
    """Read one argument for a field that is still empty; else complain."""

    def read(d: Dispenser, out: Fields) -> None:
        word = d.arg()
        if out.get(field):
            raise d.err(complaint)
        out[field] = word

    return read


def resolvers(d: Dispenser, out: Fields) -> None:
    """Read ``resolvers <addresses...>``."""
    found = d.args()
    if not found:
        raise d.err("must specify at least one resolver address")
    out["resolver"] = Resolver(tuple(found))


#: The lines that every such source knows.
COMMON: Table = {
    "refresh": duration("refresh", "parsing refresh interval duration: {1}"),
    "resolvers": resolvers,
    "dial_timeout": duration("dial_timeout", "bad timeout value '{}': {}"),
    "dial_fallback_delay": duration("dial_fallback_delay", "bad delay value '{}': {}"),
}
