"""The PKI app: authorities from the ``pki`` option and from ``acme_server``."""

from typing import Any

from msgspec.structs import replace

from caddylite.adapt.listeners import Pairing
from caddylite.pki.config import CA, PKI


def pki_app(pairings: list[Pairing], options: dict[str, Any]) -> PKI | None:
    """Make the PKI app; None if there is nothing to say."""
    authorities: dict[str, CA] = dict(options.get("pki") or {})
    for pairing in pairings:
        for part in pairing.parts:
            for value in part.pile.get("pki.ca", ()):
                name, authority = value.value
                # what the global option says about it counts
                authorities.setdefault(name, authority)
    if "skip_install_trust" in options:
        if not authorities and "off" not in (options.get("auto_https") or ()):
            authorities["local"] = CA()
        authorities = {n: replace(ca, install_trust=False) for n, ca in authorities.items()}
    return PKI(certificate_authorities=authorities) if authorities else None
