"""The issuer that speaks ZeroSSL's own API."""

from typing import Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.modules import load_module
from caddylite.caddyfile.options import Fields, integer, read_block, table_within, within
from caddylite.gonumbers import atoi
from caddylite.kinds import DNSProvider
from caddylite.registry import module
from caddylite.tls.challenge_lines import DNS_LINES
from caddylite.tls.challenges import DNSChallenge
from caddylite.tls.kinds import Issuer


@module("tls.issuance.zerossl")
class ZeroSSLIssuer(Issuer, frozen=True):
    """Gets certificates from ZeroSSL with an API key.

    Syntax::

        issuer zerossl <api_key> {
            alt_http_port       <port>
            dns                 <provider> ...
            propagation_delay   <duration>
            propagation_timeout <duration>
            resolvers           <addresses...>
            dns_ttl             <duration>
        }

    ``validity_days`` can be set in JSON only: Caddy reads the word itself as the number, and
    complains.
    """

    api_key: str = ""
    validity_days: int = 0
    listen_host: str = ""
    alternate_http_port: int = 0
    cname_validation: DNSChallenge | None = None

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the key and the block."""
        d.next()
        key = d.only_arg()
        fields = read_block(d, _SYNTAX, "unrecognized zerossl issuer property: {}")
        if "cname_validation" in fields:
            fields["cname_validation"] = DNSChallenge(**fields["cname_validation"])
        return cls(api_key=key, **fields)


def _validity_days(d: Dispenser, out: Fields) -> None:
    try:
        out["validity_days"] = atoi(d.val)
    except ValueError as e:
        raise d.err(f"invalid number of days {d.val}: {e}") from None


def _dns(d: Dispenser, out: Fields) -> None:
    d.arg()
    out["provider"] = load_module(d, DNSProvider)


_SYNTAX = {
    "validity_days": _validity_days,
    "alt_http_port": integer("alternate_http_port", "invalid port {}: {}"),
    "dns": within("cname_validation", _dns),
    **table_within("cname_validation", DNS_LINES),
}
