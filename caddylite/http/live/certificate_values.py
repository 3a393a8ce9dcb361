"""``{http.request.tls.client.*}``: what the client's certificate says."""

from base64 import b64encode
from functools import lru_cache
from hashlib import sha256
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from caddylite.placeholders import UNKNOWN

_NAMES = {
    "dns_names": x509.DNSName,
    "emails": x509.RFC822Name,
    "ips": x509.IPAddress,
    "uris": x509.UniformResourceIdentifier,
}


@lru_cache(maxsize=256)
def _parsed(der: bytes) -> x509.Certificate:
    return x509.load_der_x509_certificate(der)


def certificate_value(der: bytes | None, field: str) -> Any:
    """Return one value (``subject``, ``san.dns_names.0``); empty if there is no certificate."""
    if field.startswith("san."):
        return _san(der, field[4:])
    if field not in _FIELDS:
        return UNKNOWN
    return "" if der is None else _FIELDS[field](der)


def _san(der: bytes | None, field: str) -> Any:
    kind, dot, index = field.partition(".")
    if kind not in _NAMES or (dot and not (index.isascii() and index.isdigit())):
        return UNKNOWN
    names: list[str] = []
    if der is not None:
        try:
            found = _parsed(der).extensions.get_extension_for_class(x509.SubjectAlternativeName)
            names = [str(n.value) for n in found.value if isinstance(n, _NAMES[kind])]
        except x509.ExtensionNotFound:
            names = []
    if not dot:
        return names
    return names[int(index)] if int(index) < len(names) else None


def _public_key(der: bytes) -> bytes:
    key = _parsed(der).public_key()
    try:
        return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    except (ValueError, TypeError):
        pass
    try:
        return key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    except (ValueError, TypeError):
        return key.public_bytes(Encoding.DER, PublicFormat.PKCS1)


_FIELDS = {
    "fingerprint": lambda der: sha256(der).hexdigest(),
    "public_key": lambda der: _public_key(der).hex(),
    "public_key_sha256": lambda der: sha256(_public_key(der)).hexdigest(),
    "issuer": lambda der: _parsed(der).issuer.rfc4514_string(),
    "serial": lambda der: str(_parsed(der).serial_number),
    "subject": lambda der: _parsed(der).subject.rfc4514_string(),
    "certificate_pem": lambda der: _parsed(der).public_bytes(Encoding.PEM).decode("ascii"),
    "certificate_der_base64": lambda der: b64encode(der).decode("ascii"),
}
