"""The PKI app: authorities from the ``pki`` option and from ``acme_server``."""

from collections.abc import Iterable, Iterator
from typing import Any

from msgspec.structs import replace

from caddylite.adapt.listeners import Pairing
from caddylite.adapt.sites import Pile
from caddylite.pki.config import CA, PKI
from caddylite.tls.issuance.internal import InternalIssuer


def pki_app(pairings: list[Pairing], options: dict[str, Any]) -> PKI | None:
    """Make the PKI app; None if there is nothing to say."""
    authorities: dict[str, CA] = dict(options.get("pki") or {})
    piles = [part.pile for pairing in pairings for part in pairing.parts]
    for pile in piles:
        for value in pile.get("pki.ca", ()):
            name, authority = value.value
            # what the global option says about it counts
            authorities.setdefault(name, authority)
    if "skip_install_trust" in options:
        if not authorities and "off" not in (options.get("auto_https") or ()):
            authorities["local"] = CA()
        for name in _signing(piles):
            authorities.setdefault(name, CA())
        authorities = {n: replace(ca, install_trust=False) for n, ca in authorities.items()}
    return PKI(certificate_authorities=authorities) if authorities else None


def _signing(piles: Iterable[Pile]) -> Iterator[str]:
    """Yield the authorities that the sites' own ``tls`` has certificates signed by."""
    for pile in piles:
        for value in pile.get("tls.cert_issuer", ()):
            if isinstance(value.value, InternalIssuer):
                yield value.value.ca or "local"
