"""Issuers while a config is made: what the global options say is filled in later.

An issuer that a config names once may serve several policies; what is filled in for one of them
is then seen by all, as in Caddy. Hence the :class:`IssuerBox`.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeGuard

from caddylite.tls.kinds import Issuer

if TYPE_CHECKING:
    from caddylite.tls.issuance.acme import ACMEIssuer
    from caddylite.tls.issuance.internal import InternalIssuer

ZEROSSL_CA = "https://acme.zerossl.com/v2/DV90"


class IssuerBox:
    """Holds an issuer."""

    __slots__ = ("issuer",)

    def __init__(self, issuer: Issuer) -> None:
        self.issuer = issuer

    def bind_to(self, host: str) -> None:
        """Answer challenges on this host only, unless it is said already where."""
        if is_acme(self.issuer):
            from caddylite.adapt.acme_defaults import bound_to

            self.issuer = bound_to(self.issuer, host)

    def fill_in(self, options: Mapping[str, Any]) -> None:
        """Fill in what the global options say about ACME and the issuer does not."""
        if is_acme(self.issuer):
            from caddylite.adapt.acme_defaults import with_global_options

            self.issuer = with_global_options(self.issuer, options)


# The classes are asked by name: most configs name no issuer, and need not import any.


def is_acme(issuer: Issuer) -> "TypeGuard[ACMEIssuer]":
    """Does it speak ACME?"""
    return issuer.id == "tls.issuance.acme"


def is_internal_ca(issuer: Issuer) -> "TypeGuard[InternalIssuer]":
    """Does it sign with a CA of our own?"""
    return issuer.id == "tls.issuance.internal"


def internal_issuer() -> "InternalIssuer":
    """Return the issuer that signs with our default CA."""
    from caddylite.tls.issuance.internal import InternalIssuer

    return InternalIssuer()


def acme_issuer() -> "ACMEIssuer":
    """Return the issuer that asks the default ACME CA."""
    from caddylite.tls.issuance.acme import ACMEIssuer

    return ACMEIssuer()


def default_issuers(email: str) -> list[IssuerBox]:
    """Return the issuers of public names: Let's Encrypt, then ZeroSSL if an email is known."""
    from caddylite.tls.issuance.acme import ACMEIssuer

    issuers = [ACMEIssuer()]
    if email.strip():
        issuers.append(ACMEIssuer(ca=ZEROSSL_CA, email=email))
    return [IssuerBox(i) for i in issuers]
