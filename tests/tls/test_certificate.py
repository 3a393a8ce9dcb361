import subprocess
import time

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from caddylite.tls.authority import Authority, Settings
from caddylite.tls.certificate import Certificate
from caddylite.tls.storage import FileStorage


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    made = Authority(Settings(), FileStorage(tmp_path_factory.mktemp("pki")), time.time)
    made.provision()
    return made


@pytest.mark.parametrize("kind", ["ec", "rsa", "ed25519"])
def test_pem_and_back(authority, kind):
    key = {
        "ec": lambda: None,
        "rsa": lambda: rsa.generate_private_key(65537, 2048),
        "ed25519": ed25519.Ed25519PrivateKey.generate,
    }[kind]()
    certificate = authority.issue(("a.test",), key=key)
    chain, pem = certificate.pem()
    again = Certificate.from_pem(chain, pem, ("tag",))
    assert again.names == ("a.test",)
    assert again.chain == certificate.chain
    assert again.algorithm == {"ec": 3, "rsa": 1, "ed25519": 4}[kind]
    assert not again.managed


def test_openssls_own_key_files(authority, tmp_path):
    """``openssl ecparam -genkey`` writes EC PARAMETERS before the key."""
    made = subprocess.run(
        ["openssl", "ecparam", "-name", "prime256v1", "-genkey"], capture_output=True, check=True
    ).stdout
    assert b"EC PARAMETERS" in made
    from caddylite.tls.certificate import load_key

    key = load_key(made)
    chain, _ = authority.issue(("a.test",), key=key).pem()
    assert Certificate.from_pem(made + chain, chain + made).names == ("a.test",)


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("no certificate", "failed to find any PEM data in certificate input"),
        ("no key", "failed to find any PEM data in key input"),
        ("another key", "private key does not match public key"),
        ("broken certificate", "."),
        ("broken key", "."),
        ("encrypted key", "the private key is encrypted"),
    ],
)
def test_what_cannot_be_used_is_said(authority, what, words):
    chain, key = authority.issue(("a.test",)).pem()
    if what == "no certificate":
        chain = b"hello"
    elif what == "no key":
        key = b""
    elif what == "another key":
        key = authority.issue(("a.test",)).pem()[1]
    elif what == "broken certificate":
        chain = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    elif what == "broken key":
        key = b"-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n"
    else:
        key = subprocess.run(
            ["openssl", "genpkey", "-algorithm", "ed25519", "-aes128", "-pass", "pass:x"],
            capture_output=True,
            check=True,
        ).stdout
    with pytest.raises(ValueError, match=words):
        Certificate.from_pem(chain, key)


def test_when_it_ends_soon(authority):
    certificate = authority.issue(("a.test",), 900)
    assert not certificate.ends_soon(certificate.not_before + 590)
    assert certificate.ends_soon(certificate.not_before + 610)
    assert certificate.ends_soon(certificate.not_before + 10, ratio=0.999)
