"""Signed requests (RFC 7515, in the form that RFC 8555, 6.2 asks for)."""

import hashlib
import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from caddylite.tls.certificate import Signer

#: Curves by their OpenSSL names: the name of RFC 7518, the algorithm, the hash, bytes a number.
_CURVES: dict[str, tuple[str, str, hashes.HashAlgorithm, int]] = {
    "secp256r1": ("P-256", "ES256", hashes.SHA256(), 32),
    "secp384r1": ("P-384", "ES384", hashes.SHA384(), 48),
    "secp521r1": ("P-521", "ES512", hashes.SHA512(), 66),
}


def b64(data: bytes) -> str:
    """Encode as base64url without padding (RFC 7515, 2)."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """Decode base64url, padded or not; ValueError for anything else."""
    return urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))


def _number(value: int, size: int = 0) -> str:
    return b64(value.to_bytes(size or (value.bit_length() + 7) // 8, "big"))


def jwk(key: Signer) -> dict[str, str]:
    """Return the public key (RFC 7517), its members in the order that thumbprints want."""
    if isinstance(key, ec.EllipticCurvePrivateKey):
        name, _, _, size = _curve(key)
        point = key.public_key().public_numbers()
        x, y = _number(point.x, size), _number(point.y, size)
        return {"crv": name, "kty": "EC", "x": x, "y": y}
    if isinstance(key, rsa.RSAPrivateKey):
        public = key.public_key().public_numbers()
        return {"e": _number(public.e), "kty": "RSA", "n": _number(public.n)}
    raw = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return {"crv": "Ed25519", "kty": "OKP", "x": b64(raw)}


def thumbprint(key: Signer) -> str:
    """Return the thumbprint of a public key (RFC 7638)."""
    return b64(hashlib.sha256(_json(jwk(key))).digest())


def key_authorization(token: str, key: Signer) -> str:
    """Return what proves that a challenge was answered by the account (RFC 8555, 8.1)."""
    return f"{token}.{thumbprint(key)}"


def request(key: Signer, url: str, nonce: str, payload: Any, kid: str = "") -> bytes:
    """Sign a request to a URL; None asks to read (``POST-as-GET``).

    ``kid`` is the account's URL; without one the public key itself goes along.
    """
    protected: dict[str, Any] = {"alg": _algorithm(key), "nonce": nonce, "url": url}
    protected |= {"kid": kid} if kid else {"jwk": jwk(key)}
    text = b"" if payload is None else _json(payload)
    return _json(_flattened(protected, text, lambda data: _sign(key, data)))


def binding(key: Signer, url: str, kid: str, mac_key: str) -> dict[str, str]:
    """Bind an account's key to an account elsewhere (RFC 8555, 7.3.4).

    ValueError if ``mac_key`` is not base64url.
    """
    secret = unb64(mac_key)
    protected = {"alg": "HS256", "kid": kid, "url": url}
    return _flattened(
        protected, _json(jwk(key)), lambda data: hmac.digest(secret, data, hashlib.sha256)
    )


def _flattened(protected: dict[str, Any], payload: bytes, sign: Any) -> dict[str, str]:
    head, body = b64(_json(protected)), b64(payload)
    signature = sign(f"{head}.{body}".encode())
    return {"protected": head, "payload": body, "signature": b64(signature)}


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _curve(key: ec.EllipticCurvePrivateKey) -> tuple[str, str, hashes.HashAlgorithm, int]:
    found = _CURVES.get(key.curve.name)
    if found is None:
        raise ValueError(f"no account can have a key on {key.curve.name}")
    return found


def _algorithm(key: Signer) -> str:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return _curve(key)[1]
    return "RS256" if isinstance(key, rsa.RSAPrivateKey) else "EdDSA"


def _sign(key: Signer, data: bytes) -> bytes:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        _, _, digest, size = _curve(key)
        r, s = decode_dss_signature(key.sign(data, ec.ECDSA(digest)))
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(data)
    return key.sign(data, padding.PKCS1v15(), hashes.SHA256())
