"""X.509 certificates as Caddy's authority makes them (RFC 5280), ready to be signed."""

from datetime import UTC, datetime
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from caddylite.tls.certificate import Signer
from caddylite.tls.subjects import is_ip


def new_key() -> ec.EllipticCurvePrivateKey:
    """Make a key on P-256."""
    return ec.generate_private_key(ec.SECP256R1())


def sign_root(name: str, key: Signer, begin: float, end: float) -> x509.Certificate:
    """Make a root: it signs itself, and may sign authorities that sign no others."""
    subject = _common_name(name)
    return _sign(_authority(_builder(subject, subject, key, begin, end), path_length=1), key)


def sign_intermediate(
    name: str, key: Signer, begin: float, end: float, issuer: x509.Certificate, signer: Signer
) -> x509.Certificate:
    """Make an authority that signs leaves only."""
    builder = _builder(_common_name(name), issuer.subject, key, begin, end)
    builder = _authority(builder, path_length=0)
    return _sign(builder.add_extension(_issued_by(issuer), critical=False), signer)


def sign_leaf(
    names: tuple[str, ...],
    key: Signer,
    begin: float,
    end: float,
    issuer: x509.Certificate,
    signer: Signer,
) -> x509.Certificate:
    """Make a leaf for names and addresses; it has no subject but its alternative names."""
    usages = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    builder = (
        _builder(x509.Name([]), issuer.subject, key, begin, end)
        .add_extension(_alternatives(names), critical=True)
        .add_extension(_usage(digital_signature=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage(usages), critical=False)
        .add_extension(_issued_by(issuer), critical=False)
    )
    return _sign(builder, signer)


def _common_name(name: str) -> x509.Name:
    longest = 64  # ub-common-name
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:longest])])


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: Signer, begin: float, end: float
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_time(begin))
        .not_valid_after(_time(end))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _authority(builder: x509.CertificateBuilder, path_length: int) -> x509.CertificateBuilder:
    return builder.add_extension(
        x509.BasicConstraints(ca=True, path_length=path_length), critical=True
    ).add_extension(_usage(certificates=True), critical=True)


def _usage(digital_signature: bool = False, certificates: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=certificates,
        crl_sign=certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _issued_by(issuer: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    try:
        known = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    except x509.ExtensionNotFound:
        return x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.public_key())  # type: ignore[arg-type]
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(known)


def _alternatives(names: tuple[str, ...]) -> x509.SubjectAlternativeName:
    out: list[x509.GeneralName] = []
    for name in names:
        bare = name.strip("[]")
        if is_ip(bare):
            out.append(x509.IPAddress(ip_address(bare)))
        else:
            out.append(x509.DNSName(name))
    return x509.SubjectAlternativeName(out)


def _sign(builder: x509.CertificateBuilder, signer: Signer) -> x509.Certificate:
    ed = isinstance(signer, ed25519.Ed25519PrivateKey)
    return builder.sign(signer, None if ed else hashes.SHA256())
