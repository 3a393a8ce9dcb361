"""The DNS provider ``duckdns`` (github.com/caddy-dns/duckdns)."""

from typing import Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.kinds import DNSProvider
from caddylite.registry import module

_TAKEN = {
    "api_token": "API token already set",
    "override_domain": "Override domain already set",
    "resolver": "Resolver already set",
}


@module("dns.providers.duckdns")
class DuckDNS(DNSProvider, frozen=True):
    """Writes records with a token.

    Syntax::

        duckdns [<api_token>] {
            api_token       <api_token>
            override_domain <domain>
            resolver        <address>
        }
    """

    api_token: str = ""
    override_domain: str = ""
    resolver: str = ""

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the token, from the line or from the block, and the rest."""
        d.next()
        given = {"api_token": d.opt_arg() or ""}
        d.no_more_args()
        for option in d.block():
            if option not in _TAKEN:
                raise d.err(f"unrecognized subdirective '{option}'")
            value = d.arg()
            if given.get(option):
                raise d.err(_TAKEN[option])
            given[option] = value
            if option != "resolver":
                d.no_more_args()
        if not given["api_token"]:
            raise d.err("DuckDNS missing API token")
        return cls(**given)
