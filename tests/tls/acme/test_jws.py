import hashlib
import hmac
import json

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from hypothesis import given
from hypothesis import strategies as st

from caddylite.tls.acme import jws


@given(st.binary())
def test_base64url(data):
    text = jws.b64(data)
    assert not set(text) & set("+/=")
    assert jws.unb64(text) == data
    assert jws.unb64(text + "=" * (-len(text) % 4)) == data


def test_a_thumbprint_as_in_rfc_7638():
    n = (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_"
        "BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0"
        "_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWh"
        "AI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
    )
    public = rsa.RSAPublicNumbers(65537, int.from_bytes(jws.unb64(n), "big")).public_key()

    class Key(rsa.RSAPrivateKey):
        def public_key(self):
            return public

        __abstractmethods__ = frozenset()

    Key.__abstractmethods__ = frozenset()
    assert jws.thumbprint(Key()) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


@pytest.mark.parametrize(
    ("curve", "name", "size", "digest"),
    [
        (ec.SECP256R1(), "ES256", 32, hashes.SHA256()),
        (ec.SECP384R1(), "ES384", 48, hashes.SHA384()),
        (ec.SECP521R1(), "ES512", 66, hashes.SHA512()),
    ],
)
def test_signatures_on_curves(curve, name, size, digest):
    key = ec.generate_private_key(curve)
    said = json.loads(jws.request(key, "https://ca/x", "nonce", {"a": 1}))
    head = json.loads(jws.unb64(said["protected"]))
    assert (head["alg"], head["nonce"], head["url"]) == (name, "nonce", "https://ca/x")
    assert head["jwk"]["kty"] == "EC"
    assert "kid" not in head
    signature = jws.unb64(said["signature"])
    assert len(signature) == 2 * size
    r, s = (int.from_bytes(signature[i : i + size], "big") for i in (0, size))
    signed = f"{said['protected']}.{said['payload']}".encode()
    key.public_key().verify(encode_dss_signature(r, s), signed, ec.ECDSA(digest))


def test_other_keys():
    key = rsa.generate_private_key(65537, 2048)
    said = json.loads(jws.request(key, "https://ca/x", "n", None, "https://ca/account/1"))
    head = json.loads(jws.unb64(said["protected"]))
    assert head["alg"] == "RS256"
    assert head["kid"] == "https://ca/account/1"
    assert "jwk" not in head
    assert said["payload"] == ""
    signed = f"{said['protected']}.".encode()
    key.public_key().verify(
        jws.unb64(said["signature"]), signed, padding.PKCS1v15(), hashes.SHA256()
    )
    other = ed25519.Ed25519PrivateKey.generate()
    said = json.loads(jws.request(other, "u", "n", {}))
    signed = f"{said['protected']}.{said['payload']}".encode()
    other.public_key().verify(jws.unb64(said["signature"]), signed)
    with pytest.raises(ValueError, match="secp256k1"):
        jws.jwk(ec.generate_private_key(ec.SECP256K1()))


def test_an_account_elsewhere():
    key = ec.generate_private_key(ec.SECP256R1())
    said = jws.binding(key, "https://ca/newAccount", "kid-1", jws.b64(b"secret"))
    head = json.loads(jws.unb64(said["protected"]))
    assert head == {"alg": "HS256", "kid": "kid-1", "url": "https://ca/newAccount"}
    assert json.loads(jws.unb64(said["payload"])) == jws.jwk(key)
    signed = f"{said['protected']}.{said['payload']}".encode()
    assert jws.unb64(said["signature"]) == hmac.digest(b"secret", signed, hashlib.sha256)
    with pytest.raises(ValueError, match=r"padding|base64"):
        jws.binding(key, "u", "k", "a")


def test_key_authorization():
    key = ec.generate_private_key(ec.SECP256R1())
    assert jws.key_authorization("token", key) == f"token.{jws.thumbprint(key)}"
