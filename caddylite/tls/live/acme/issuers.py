"""Issuers at work: a CA by ACME, or an authority of our own that stands in for one."""

from dataclasses import dataclass
from typing import Any, Protocol

from caddylite.tls.acme.renewal import RenewalInfo
from caddylite.tls.authority import LEAF_LIFETIME
from caddylite.tls.certificate import Certificate, Signer
from caddylite.tls.issuance.internal import InternalIssuer
from caddylite.tls.live.pki import LOCAL, PKIApp
from caddylite.tls.live.stored import Stored


@dataclass(frozen=True, slots=True)
class Order:
    """What an issuer is asked for.

    ``failures``: how often that has come to nothing. ``before``: the certificate that is renewed.
    """

    name: str
    key: Signer
    failures: int = 0
    before: Stored | None = None


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate (its issuer is set), what is noted beside it, and when to renew it."""

    certificate: Certificate
    notes: dict[str, Any] | None = None
    info: RenewalInfo | None = None


class LiveIssuer(Protocol):
    """Who signs certificates."""

    @property
    def key(self) -> str:
        """Its name in the storage."""
        ...

    async def issue(self, order: Order) -> Issued:
        """Return a new certificate; ACMEError if there is none to be had."""
        ...

    async def renewal(
        self, certificate: Certificate, before: RenewalInfo | None
    ) -> RenewalInfo | None:
        """Return when it would like to renew a certificate, None if it does not care."""
        ...


class Internal:
    """An authority of the PKI app, where it stands behind a CA in a list of issuers."""

    def __init__(self, ir: InternalIssuer, pki: PKIApp) -> None:
        self._ir, self._pki = ir, pki

    @property
    def key(self) -> str:
        """The authority's ID."""
        return self._ir.ca or LOCAL

    async def issue(self, order: Order) -> Issued:
        """Sign; the authority makes the key."""
        lifetime = self._ir.lifetime.seconds or LEAF_LIFETIME
        with_root = self._ir.sign_with_root
        authority = self._pki.authority(self._ir.ca)
        return Issued(authority.issue((order.name,), lifetime, with_root=with_root))

    async def renewal(
        self, certificate: Certificate, before: RenewalInfo | None
    ) -> RenewalInfo | None:
        """It does not care."""
        return None
