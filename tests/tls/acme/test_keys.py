import pytest
from cryptography import x509

from caddylite.tls.acme import keys
from caddylite.tls.acme.challenges import identifier_of


@pytest.mark.parametrize(
    ("kind", "words"),
    [("", "secp256r1"), ("p256", "secp256r1"), ("p384", "secp384r1"), ("rsa2048", "2048")],
)
def test_keys(kind, words):
    key = keys.make_key(kind)
    assert words == (key.curve.name if hasattr(key, "curve") else str(key.key_size))
    assert keys.slow(kind) == kind.startswith("rsa")


@pytest.mark.parametrize("kind", ["p256", "ed25519"])
def test_a_request(kind):
    key = keys.make_key(kind)
    names = [identifier_of("*.a.test"), identifier_of("[::1]"), identifier_of("bücher.test")]
    found = x509.load_der_x509_csr(keys.request(key, names))
    assert found.is_signature_valid
    assert found.public_key() == key.public_key()
    assert list(found.subject) == []
    said = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert said.get_values_for_type(x509.DNSName) == ["*.a.test", "xn--bcher-kva.test"]
    assert [str(a) for a in said.get_values_for_type(x509.IPAddress)] == ["::1"]
