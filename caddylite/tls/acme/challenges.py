"""What answers a challenge: HTTP-01 (RFC 8555, 8.3) and TLS-ALPN-01 (RFC 8737)."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from caddylite.tls.acme import jws
from caddylite.tls.acme.errors import Identifier
from caddylite.tls.acme.messages import Challenge
from caddylite.tls.certificate import Certificate, Signer
from caddylite.tls.server_names import ascii_name
from caddylite.tls.signing import new_key
from caddylite.tls.subjects import is_ip

HTTP: Final = "http-01"
TLS_ALPN: Final = "tls-alpn-01"
#: The protocol that a handshake with the CA agrees on, and no other (RFC 8737, 6.2).
ACME_TLS: Final = "acme-tls/1"
#: Below this path the CA asks.
WELL_KNOWN: Final = "/.well-known/acme-challenge/"
_ACME_IDENTIFIER: Final = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.31")
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Task:
    """One challenge, with all that an answer needs."""

    kind: str
    identifier: Identifier
    token: str
    key_authorization: str
    url: str = ""

    @property
    def path(self) -> str:
        """Where HTTP-01 asks."""
        return WELL_KNOWN + self.token

    @property
    def subject(self) -> str:
        """What the CA names when it asks: the name; an address, turned round in a handshake."""
        value = self.identifier.value
        if self.kind == TLS_ALPN and self.identifier.type == "ip":
            return ip_address(value).reverse_pointer
        return value.lower()

    def stored(self) -> bytes:
        """Return it as Caddy leaves it in the storage for others who serve the name."""
        return json.dumps(
            {
                "type": self.kind,
                "url": self.url,
                "status": "pending",
                "token": self.token,
                "keyAuthorization": self.key_authorization,
                "identifier": {"type": self.identifier.type, "value": self.identifier.value},
            }
        ).encode()


def task(challenge: Challenge, identifier: Identifier, key: Signer) -> Task:
    """Return what an account has to do for a challenge."""
    proof = jws.key_authorization(challenge.token, key)
    return Task(challenge.type, identifier, challenge.token, proof, challenge.url)


def from_storage(text: bytes) -> Task | None:
    """Read what another instance has left; None if it cannot be used."""
    try:
        found: Any = json.loads(text)
        asked = found["identifier"]
        return Task(
            str(found["type"]),
            Identifier(str(asked["type"]), str(asked["value"])),
            str(found["token"]),
            str(found["keyAuthorization"]),
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def identifier_of(name: str) -> Identifier:
    """Return a name or an address as CAs call it."""
    bare = name.strip("[]")
    return (
        Identifier("ip", str(ip_address(bare)))
        if is_ip(bare)
        else Identifier("dns", ascii_name(name))
    )


def proving_certificate(asked: Task, now: float) -> Certificate:
    """Make the certificate that answers TLS-ALPN-01: for the name, with a digest in it."""
    key = new_key()
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "ACME challenge")])
    value = asked.identifier.value
    subject: x509.GeneralName = (
        x509.IPAddress(ip_address(value))
        if asked.identifier.type == "ip"
        else x509.DNSName(ascii_name(value))
    )
    digest = hashlib.sha256(asked.key_authorization.encode()).digest()
    octets = bytes((4, len(digest))) + digest  # an OCTET STRING, in DER
    begin = datetime.fromtimestamp(int(now), UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin - _DAY)
        .not_valid_after(begin + _DAY)
        .add_extension(x509.SubjectAlternativeName([subject]), critical=False)
        .add_extension(x509.UnrecognizedExtension(_ACME_IDENTIFIER, octets), critical=True)
        .sign(key, hashes.SHA256())
    )
    return Certificate((made,), key)
