"""A certificate with its chain and its key, and what can be asked of it."""

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

from caddylite.wire.clienthello import Hello

Signer = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey

_ECDSA_SCHEMES = {"secp256r1": 0x0403, "secp384r1": 0x0503, "secp521r1": 0x0603}
_RSA_SCHEMES = frozenset({0x0401, 0x0501, 0x0601, 0x0804, 0x0805, 0x0806})
_ED25519_SCHEME = 0x0807


class Certificate:
    """A chain (the leaf first) and the leaf's key; never changed once made.

    ``names`` are those it is for, in lower case; ``tags`` come from the config; ``issuer`` is the
    CA's ID where we manage it ourselves (``managed``). ``not_before`` and ``not_after`` are its
    first and its last second, since the epoch.
    """

    __slots__ = (
        "__weakref__",
        "_schemes",
        "chain",
        "issuer",
        "key",
        "names",
        "not_after",
        "not_before",
        "tags",
    )

    def __init__(
        self,
        chain: tuple[x509.Certificate, ...],
        key: Signer,
        tags: tuple[str, ...] = (),
        issuer: str = "",
    ) -> None:
        self.chain, self.key, self.tags, self.issuer = chain, key, tags, issuer
        self.names = names_of(chain[0])
        self.not_before = chain[0].not_valid_before_utc.timestamp()
        self.not_after = chain[0].not_valid_after_utc.timestamp()
        self._schemes = _schemes(key)

    @classmethod
    def from_pem(
        cls, chain: bytes, key: bytes, tags: tuple[str, ...] = (), issuer: str = ""
    ) -> "Certificate":
        """Read a chain and a key; ValueError, in a few words, if they cannot be used."""
        certificates = load_chain(chain)
        signer = load_key(key)
        if not belongs(certificates[0], signer):
            raise ValueError("private key does not match public key")
        return cls(certificates, signer, tags, issuer)

    @property
    def leaf(self) -> x509.Certificate:
        """The certificate itself."""
        return self.chain[0]

    @property
    def managed(self) -> bool:
        """Do we renew it?"""
        return bool(self.issuer)

    @property
    def algorithm(self) -> int:
        """Go's number for the public key's algorithm: 1 RSA, 3 ECDSA, 4 Ed25519."""
        if isinstance(self.key, rsa.RSAPrivateKey):
            return 1
        return 3 if isinstance(self.key, ec.EllipticCurvePrivateKey) else 4

    def ends_soon(self, now: float, ratio: float = 1 / 3) -> bool:
        """Is less than this part of its lifetime left?"""
        return now > self.not_after - (self.not_after - self.not_before) * ratio

    def suits(self, hello: Hello) -> bool:
        """Can a client verify signatures by this key (RFC 8446, 4.2.3)?

        A client that says nothing about signatures is taken to.
        """
        offered = hello.signature_schemes
        return not offered or not self._schemes.isdisjoint(offered)

    def pem(self) -> tuple[bytes, bytes]:
        """Return the chain and the key as Caddy stores them."""
        chain = b"".join(c.public_bytes(serialization.Encoding.PEM) for c in self.chain)
        return chain, key_pem(self.key)

    def __repr__(self) -> str:
        return f"<Certificate for {', '.join(self.names)}>"


def names_of(leaf: x509.Certificate) -> tuple[str, ...]:
    """Return the names a certificate is for: the common name, then the alternative ones."""
    found = [
        str(a.value).lower() for a in leaf.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    ][:1]
    try:
        others = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return tuple(found)
    found += [n.lower() for n in others.get_values_for_type(x509.DNSName)]
    found += [str(n) for n in others.get_values_for_type(x509.IPAddress)]
    found += [n.lower() for n in others.get_values_for_type(x509.RFC822Name)]
    return tuple(dict.fromkeys(found))


def load_chain(pem: bytes) -> tuple[x509.Certificate, ...]:
    """Read the certificates of a PEM file (what else is in it is passed over)."""
    if b"-----BEGIN CERTIFICATE-----" not in pem:
        raise ValueError("failed to find any PEM data in certificate input")
    return tuple(x509.load_pem_x509_certificates(pem))


def load_key(pem: bytes) -> Signer:
    """Read a private key that is not encrypted."""
    if b"PRIVATE KEY-----" not in pem:
        raise ValueError("failed to find any PEM data in key input")
    # OpenSSL's own "EC PARAMETERS" block may stand before the key.
    start = pem.index(b"-----BEGIN", max(0, pem.index(b"PRIVATE KEY-----") - 30))
    pem = pem.replace(b" ED25519 PRIVATE KEY", b" PRIVATE KEY")  # Caddy's name for it
    try:
        key: PrivateKeyTypes = serialization.load_pem_private_key(pem[start:], None)
    except TypeError:
        raise ValueError("the private key is encrypted") from None
    if not isinstance(key, Signer):
        raise ValueError("unknown private key type")
    return key


def key_pem(key: Signer) -> bytes:
    """Return a key in the form Caddy stores it: ``EC PRIVATE KEY`` and the like."""
    traditional = not isinstance(key, ed25519.Ed25519PrivateKey)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL
        if traditional
        else serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def belongs(certificate: x509.Certificate, key: Signer) -> bool:
    """Is it this certificate's key?"""
    form = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return certificate.public_key().public_bytes(*form) == key.public_key().public_bytes(*form)


def fingerprint(certificate: x509.Certificate) -> str:
    """Return the SHA-256 of a certificate, in hexadecimal."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def _schemes(key: Signer) -> frozenset[int]:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        scheme = _ECDSA_SCHEMES.get(key.curve.name)
        return frozenset() if scheme is None else frozenset({scheme})
    return frozenset({_ED25519_SCHEME}) if not isinstance(key, rsa.RSAPrivateKey) else _RSA_SCHEMES
