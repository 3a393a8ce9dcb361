"""``{l4.tls.*}``: what a handshake settled, and what the client's certificate says."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

from caddylite.placeholders import UNKNOWN
from caddylite.tls.state import TLSState

#: Names of the parts of a subject or issuer, with their object identifiers (RFC 4519).
_PARTS: Final = {
    "common_name": "2.5.4.3",
    "serial": "2.5.4.5",
    "country": "2.5.4.6",
    "locality": "2.5.4.7",
    "province": "2.5.4.8",
    "street_address": "2.5.4.9",
    "organization": "2.5.4.10",
    "organizational_unit": "2.5.4.11",
    "postal_code": "2.5.4.17",
}
_SINGLE: Final = ("common_name", "serial")
_WHOLE: Final = (
    "fingerprint",
    "public_key",
    "public_key_sha256",
    "issuer",
    "serial",
    "subject",
    "certificate_pem",
    "certificate_der_base64",
)
_ALTERNATIVES: Final = ("dns_names", "emails", "ips", "uris")

_FIELDS: Final[dict[str, Callable[[TLSState], Any]]] = {
    "version": lambda state: state.version,
    "cipher_suite": lambda state: state.cipher,
    "resumed": lambda state: state.resumed,
    "proto": lambda state: state.alpn,
    "proto_mutual": lambda state: True,
    "server_name": lambda state: state.server_name,
    "ech": lambda state: False,
}


def tls_value(state: TLSState, name: str) -> Any:
    """Return the value of ``{l4.tls.<name>}``, or UNKNOWN; without a certificate it has no parts.

    ``client.subject.organization`` is a list, ``client.subject.organization.0`` its first value.
    """
    name = name.lower()
    field = _FIELDS.get(name)
    if field is not None:
        return field(state)
    if not name.startswith("client.") or state.client_certificate is None:
        return UNKNOWN
    return _client(state.client_certificate).get(name.removeprefix("client."), UNKNOWN)


@lru_cache(maxsize=64)
def _client(der: bytes) -> dict[str, Any]:
    from cryptography import x509

    from caddylite.http.live.certificate_values import certificate_value

    out = {field: certificate_value(der, field) for field in _WHOLE}
    for kind in _ALTERNATIVES:
        _listed(out, f"san.{kind}", certificate_value(der, f"san.{kind}"))
    certificate = x509.load_der_x509_certificate(der)
    for group, name in (("subject", certificate.subject), ("issuer", certificate.issuer)):
        for part, oid in _PARTS.items():
            found = [str(a.value) for a in name.get_attributes_for_oid(x509.ObjectIdentifier(oid))]
            if part in _SINGLE:
                out[f"{group}.{part}"] = found[0] if found else ""
            else:
                _listed(out, f"{group}.{part}", found)
    return out


def _listed(out: dict[str, Any], name: str, values: list[str]) -> None:
    """Set a list under its name, and each of its values under the name with its number."""
    out[name] = values
    for i, value in enumerate(values):
        out[f"{name}.{i}"] = value
