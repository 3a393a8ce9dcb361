"""The issuer that speaks ZeroSSL's own API."""

from caddylite.registry import module
from caddylite.tls.challenges import DNSChallenge
from caddylite.tls.kinds import Issuer


@module("tls.issuance.zerossl")
class ZeroSSLIssuer(Issuer, frozen=True):
    """Gets certificates from ZeroSSL with an API key."""

    api_key: str = ""
    validity_days: int = 0
    listen_host: str = ""
    alternate_http_port: int = 0
    cname_validation: DNSChallenge | None = None
