"""The issuer that is us: a CA of the PKI app."""

from caddylite.registry import module
from caddylite.tls.kinds import Issuer
from caddylite.values import Duration


@module("tls.issuance.internal")
class InternalIssuer(Issuer, frozen=True):
    """Signs with a CA of the PKI app (``local`` when none is named)."""

    ca: str = ""
    lifetime: Duration = Duration(0)
    sign_with_root: bool = False
