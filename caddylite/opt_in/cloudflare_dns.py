"""The DNS provider ``cloudflare`` (github.com/caddy-dns/cloudflare)."""

from typing import Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.kinds import DNSProvider
from caddylite.registry import module


@module("dns.providers.cloudflare")
class Cloudflare(DNSProvider, frozen=True):
    """Writes records with a token.

    Syntax::

        cloudflare <api_token>
        cloudflare {
            api_token  <token>
            zone_token <token>
        }
    """

    api_token: str = ""
    zone_token: str = ""

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the token, or the block."""
        d.next()
        tokens = {"api_token": d.opt_arg() or ""}
        if not tokens["api_token"]:
            for option in d.block():
                if option not in ("api_token", "zone_token"):
                    raise d.err(f"unrecognized subdirective '{option}'")
                tokens[option] = d.arg()
        if d.next_arg():
            raise d.err(f"unexpected argument '{d.val}'")
        if not tokens["api_token"]:
            raise d.err("missing API token")
        return cls(**tokens)
