"""The PKI app: authorities from the ``pki`` option and from ``acme_server``."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from caddylite.adapt.issuers import is_internal_ca
from caddylite.adapt.listeners import Pairing
from caddylite.adapt.sites import Pile

if TYPE_CHECKING:
    from caddylite.pki.config import PKI


def pki_app(pairings: list[Pairing], options: dict[str, Any]) -> "PKI | None":
    """Make the PKI app; None if there is nothing to say."""
    piles = [part.pile for pairing in pairings for part in pairing.parts]
    asked = "pki" in options or "skip_install_trust" in options
    if not asked and not any("pki.ca" in pile for pile in piles):
        return None
    from caddylite.pki.config import CA, PKI

    authorities: dict[str, CA] = dict(options.get("pki") or {})
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
            if is_internal_ca(value.value):
                yield value.value.ca or "local"
