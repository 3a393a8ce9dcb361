"""The issuer that speaks ACME (RFC 8555)."""

from caddylite.kinds import NetworkProxy
from caddylite.registry import module
from caddylite.tls.automation import ChainPreference, ExternalAccount
from caddylite.tls.challenges import Challenges
from caddylite.tls.kinds import Issuer
from caddylite.values import Duration


@module("tls.issuance.acme")
class ACMEIssuer(Issuer, frozen=True):
    """Gets certificates from an ACME CA (Let's Encrypt when none is named)."""

    ca: str = ""
    test_ca: str = ""
    email: str = ""
    profile: str = ""
    account_key: str = ""
    external_account: ExternalAccount | None = None
    acme_timeout: Duration = Duration(0)
    challenges: Challenges | None = None
    trusted_roots_pem_files: tuple[str, ...] = ()
    preferred_chains: ChainPreference | None = None
    certificate_lifetime: Duration = Duration(0)
    network_proxy: NetworkProxy | None = None
