"""Certificates in the storage, as Caddy keeps them: chain, key and what is noted beside them."""

import json
from dataclasses import dataclass
from typing import Any

from caddylite.tls.acme.places import site
from caddylite.tls.certificate import Certificate
from caddylite.tls.storage import FileStorage


@dataclass(frozen=True, slots=True)
class Stored:
    """A certificate, and what its issuer has noted beside it."""

    certificate: Certificate
    notes: dict[str, Any]


def load(place: FileStorage, issuer: str, name: str) -> Stored | None:
    """Return an issuer's certificate for a name; ValueError if what lies there is none."""
    key = site(issuer, name)
    chain, secret = place.load(f"{key}.crt"), place.load(f"{key}.key")
    if chain is None or secret is None:
        return None
    certificate = Certificate.from_pem(chain, secret, issuer=issuer)
    return Stored(certificate, _notes(place.load(f"{key}.json")))


def _notes(text: bytes | None) -> dict[str, Any]:
    try:
        found = json.loads(text or b"{}").get("issuer_data")
    except (ValueError, AttributeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def save(
    place: FileStorage,
    name: str,
    certificate: Certificate,
    notes: dict[str, Any] | None = None,
    sync: bool = True,
) -> None:
    """Put a certificate where it belongs; OSError if that cannot be.

    Without ``sync`` it may be lost when the machine fails: for what costs nothing.
    """
    key = site(certificate.issuer, name)
    chain, secret = certificate.pem()
    place.store(f"{key}.key", secret, sync)
    place.store(f"{key}.crt", chain, sync)
    save_notes(place, certificate.issuer, name, notes, sync)


def save_notes(
    place: FileStorage, issuer: str, name: str, notes: dict[str, Any] | None, sync: bool = True
) -> None:
    """Write only what is noted beside a certificate."""
    facts = json.dumps({"sans": [name], "issuer_data": notes}, indent="\t")
    place.store(f"{site(issuer, name)}.json", facts.encode(), sync)
