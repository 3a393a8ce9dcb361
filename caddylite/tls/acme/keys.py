"""Keys of certificates, and the requests they are certified by (RFC 2986)."""

from collections.abc import Sequence
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from caddylite.tls.acme.errors import Identifier
from caddylite.tls.certificate import Signer


def slow(key_type: str) -> bool:
    """Does making such a key take long enough to be noticed?"""
    return key_type.startswith("rsa")


def make_key(key_type: str = "") -> Signer:
    """Make a key (``caddylite.tls.automation_checks.KEY_TYPES``; P-256 where nothing is said)."""
    if key_type == "ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    if slow(key_type):
        return rsa.generate_private_key(65537, int(key_type.removeprefix("rsa")))
    return ec.generate_private_key(ec.SECP384R1() if key_type == "p384" else ec.SECP256R1())


def request(key: Signer, identifiers: Sequence[Identifier]) -> bytes:
    """Return the request for a certificate, in DER; the names are alternative names only."""
    names: list[x509.GeneralName] = [
        x509.IPAddress(ip_address(i.value)) if i.type == "ip" else x509.DNSName(i.value)
        for i in identifiers
    ]
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    digest = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return builder.sign(key, digest).public_bytes(Encoding.DER)
