"""The IR of TLS connection policies: how a handshake is answered."""

from typing import Any

from caddylite.decoding_words import Mismatch
from caddylite.errors import ConfigError
from caddylite.node import Node
from caddylite.tls.kinds import CAPool, ClientVerifier, HandshakeContext, HandshakeMatcher

Path = tuple[str | int, ...]

#: Go's numbers for the algorithms, which is what it prints.
_ALGORITHMS = {"rsa": 1, "dsa": 2, "ecdsa": 3}


class PublicKeyAlgorithm(int):
    """``rsa``, ``dsa`` or ``ecdsa`` when read; a number when printed; 0 means any."""

    __slots__ = ()

    def plain_form(self) -> int:
        """Return the number Go prints."""
        return int(self)

    @classmethod
    def parse(cls, name: str) -> "PublicKeyAlgorithm":
        """Read a name; ConfigError, in Caddy's words, for another."""
        number = _ALGORITHMS.get(name.lower())
        if number is None:
            known = " ".join(
                f"{k}:{n}" for k, n in (("dsa", "DSA"), ("ecdsa", "ECDSA"), ("rsa", "RSA"))
            )
            raise ConfigError(
                f"unrecognized public key algorithm: {name.lower()} (expected one of map[{known}])"
            )
        return cls(number)

    @classmethod
    def from_plain_form(cls, value: Any, path: Path) -> "PublicKeyAlgorithm":
        """Read it from JSON."""
        from caddylite import gojson

        try:
            return cls.parse(gojson.dumps(value).strip('"'))
        except ConfigError as e:
            raise e.located(path) from None


class BigInt(int):
    """A certificate's serial number: a decimal string in JSON."""

    __slots__ = ()

    def plain_form(self) -> str:
        """Return the digits."""
        return str(int(self))

    @classmethod
    def from_plain_form(cls, value: Any, path: Path) -> "BigInt":
        """Read the digits."""
        if value is None:
            return cls(0)
        if not isinstance(value, str):
            raise Mismatch(value, str, path)
        try:
            return cls(value)
        except ValueError:
            from caddylite import gojson

            said = f"not a valid big integer: {gojson.dumps(value)}"
            raise ConfigError(said, path=path) from None


class CertSelection(Node, frozen=True):
    """Which of several certificates is served."""

    serial_number: tuple[BigInt, ...] = ()
    subject_organization: tuple[str, ...] = ()
    public_key_algorithm: PublicKeyAlgorithm = PublicKeyAlgorithm(0)
    any_tag: tuple[str, ...] = ()
    all_tags: tuple[str, ...] = ()


class ClientAuthentication(Node, frozen=True):
    """What is asked of a client's certificate."""

    ca: CAPool | None = None
    trusted_ca_certs: tuple[str, ...] = ()
    trusted_ca_certs_pem_files: tuple[str, ...] = ()
    trusted_leaf_certs: tuple[str, ...] = ()
    verifiers: tuple[ClientVerifier, ...] = ()
    mode: str = ""


class ConnectionPolicy(Node, frozen=True):
    """Settings for the handshakes that ``match`` (all of them, when it is empty)."""

    match: dict[str, HandshakeMatcher] = {}
    certificate_selection: CertSelection | None = None
    cipher_suites: tuple[str, ...] = ()
    curves: tuple[str, ...] = ()
    alpn: tuple[str, ...] = ()
    protocol_min: str = ""
    protocol_max: str = ""
    drop: bool = False
    client_authentication: ClientAuthentication | None = None
    default_sni: str = ""
    fallback_sni: str = ""
    insecure_secrets_log: str = ""
    handshake_context: HandshakeContext | None = None
