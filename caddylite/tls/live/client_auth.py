"""Certificates of clients: asked for, demanded, verified (the modes are Caddy's)."""

from collections.abc import Callable
from typing import Any, Final

from cryptography import x509
from OpenSSL import SSL, crypto

from caddylite.context import House
from caddylite.errors import ConfigError
from caddylite.tls.live.pools import accepted, from_base64, from_files, trust, trusted
from caddylite.tls.policy import ClientAuthentication

#: mode → (is a certificate required, is it verified)
_MODES: Final = {
    "request": (False, False),
    "require": (True, False),
    "verify_if_given": (False, True),
    "require_and_verify": (True, True),
}

#: Sets a context up.
Setup = Callable[[SSL.Context], None]


def client_auth(ir: ClientAuthentication | None, house: House) -> Setup | None:
    """Return what makes a context ask for certificates; None if it is not to.

    Without a mode, a certificate is required, and verified if anything says against what.
    """
    if ir is None:
        return None
    if ir.ca is not None and (ir.trusted_ca_certs or ir.trusted_ca_certs_pem_files):
        raise ConfigError(
            "provisioning client CA: conflicting config for client authentication trust CA"
        )
    try:
        pool = _pool(ir, house)
    except ConfigError as e:
        raise e.wrap("provisioning client CA: ") from None
    leaves, has_verifiers = _leaves(ir, house)
    if not (ir.mode or pool is not None or has_verifiers):
        return None
    verified = pool is not None or bool(ir.trusted_leaf_certs)
    mode = ir.mode or ("require_and_verify" if verified else "require")
    if mode not in _MODES:
        raise ConfigError(
            "configuring TLS client authentication: client auth mode not recognized: " + mode
        )
    required, verify = _MODES[mode]
    check = _check(verify, leaves if has_verifiers else None)
    flags = SSL.VERIFY_PEER
    if required or has_verifiers:  # a verifier refuses clients without a certificate
        flags |= SSL.VERIFY_FAIL_IF_NO_PEER_CERT

    def set_up(context: SSL.Context) -> None:
        context.set_verify(flags, check)
        if verify:
            trust(context, pool)
            for certificate in pool or ():
                context.add_client_ca(certificate)

    return set_up


def _pool(ir: ClientAuthentication, house: House) -> list[x509.Certificate] | None:
    if ir.ca is not None:
        return trusted(ir.ca, house)
    found = from_files(ir.trusted_ca_certs_pem_files) + from_base64(
        ir.trusted_ca_certs, " at index {}"
    )
    return found or None


def _leaves(ir: ClientAuthentication, house: House) -> tuple[frozenset[bytes], bool]:
    """Return the accepted certificates (their SHA-256), and whether there is a verifier at all."""
    try:
        found = from_base64(ir.trusted_leaf_certs)
    except ConfigError as e:
        raise e.wrap("configuring TLS client authentication: ") from None
    for verifier in ir.verifiers:
        if verifier.name != "leaf":
            raise ConfigError(
                f"the client certificate verifier '{verifier.name}' is not built yet"
            )
        loaders: Any = verifier
        for loader in loaders.leaf_certs_loaders:
            found += accepted(loader, house)
    return frozenset(map(_digest, found)), bool(ir.verifiers or ir.trusted_leaf_certs)


def _digest(certificate: x509.Certificate) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256

    return certificate.fingerprint(SHA256())


def _check(verify: bool, leaves: frozenset[bytes] | None) -> Any:
    """Return OpenSSL's callback, called for every certificate of the chain, the root first."""

    def check(
        connection: SSL.Connection, certificate: crypto.X509, error: int, depth: int, ok: int
    ) -> bool:
        if verify and not ok:
            return False
        if depth or leaves is None:
            return True
        return _digest(certificate.to_cryptography()) in leaves

    return check
