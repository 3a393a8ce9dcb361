"""The DNS provider ``digitalocean`` (github.com/caddy-dns/digitalocean)."""

from typing import Annotated, Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.kinds import DNSProvider
from caddylite.node import ALWAYS
from caddylite.registry import module


@module("dns.providers.digitalocean")
class DigitalOcean(DNSProvider, frozen=True):
    """Writes records with a token.

    Syntax::

        digitalocean [<auth_token>] {
            api_token <auth_token>
        }
    """

    auth_token: Annotated[str, ALWAYS] = ""

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the token, from the line or from the block."""
        d.next()
        token = d.opt_arg() or ""
        d.no_more_args()
        for option in d.block():
            if option != "api_token":
                raise d.err(f"unrecognized subdirective '{option}'")
            if token:
                raise d.err("API token already set")
            token = d.arg()
        if not token:
            raise d.err("missing API token")
        return cls(token)
