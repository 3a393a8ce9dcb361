"""The lines about ACME challenges that issuers have in common, and what is made of them."""

from typing import Any

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.modules import load_module
from caddylite.caddyfile.options import Fields, Table, duration, words
from caddylite.kinds import DNSProvider
from caddylite.tls.challenges import Challenges, DNSChallenge, HTTPChallenge, TLSALPNChallenge
from caddylite.values import Duration


def read_dns(d: Dispenser, out: Fields) -> None:
    """Read ``dns [<provider> ...]``; without one, the global one is meant."""
    if d.next_arg():
        out["provider"] = load_module(d, DNSProvider)


def propagation_timeout(d: Dispenser, word: str) -> Duration:
    """Read how long to wait for a record to be seen; ``-1``: do not look."""
    if word == "-1":
        return Duration(-1)
    try:
        return Duration.parse(word)
    except ValueError as e:
        raise d.err(f"invalid propagation_timeout duration {word}: {e}") from None


def _propagation_timeout(d: Dispenser, out: Fields) -> None:
    out["propagation_timeout"] = propagation_timeout(d, d.arg())


#: What they read are fields of DNSChallenge.
DNS_LINES: Table = {
    "propagation_delay": duration(
        "propagation_delay", "invalid propagation_delay duration {}: {}"
    ),
    "propagation_timeout": _propagation_timeout,
    "resolvers": words("resolvers"),
    "dns_ttl": duration("ttl", "invalid dns_ttl duration {}: {}"),
}

_STRUCTS: dict[str, Any] = {
    "http": HTTPChallenge,
    "tls_alpn": TLSALPNChallenge,
    "dns": DNSChallenge,
}


def build_challenges(fields: Fields) -> Challenges:
    """Make the IR of the fields, in which each challenge's are a dictionary of their own."""
    made = {
        name: _STRUCTS[name](**value) if name in _STRUCTS else value
        for name, value in fields.items()
    }
    return Challenges(**made)
