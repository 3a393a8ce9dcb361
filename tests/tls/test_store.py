import time
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from caddylite.tls.authority import Authority, Settings
from caddylite.tls.policy import BigInt, CertSelection, PublicKeyAlgorithm
from caddylite.tls.storage import FileStorage
from caddylite.tls.store import CertificateStore
from caddylite.wire import clienthello

NOW = time.time()
FIXTURE = Path(__file__).parents[1] / "fixtures" / "tls_openssl_sni_alpn.hex"


class Asked:
    """The facts of a ClientHello that a store looks at."""

    def __init__(self, server_name="", signature_schemes=()):
        self.server_name, self.signature_schemes = server_name, signature_schemes


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    made = Authority(Settings(), FileStorage(tmp_path_factory.mktemp("pki")), lambda: NOW)
    made.provision()
    return made


def store_of(*certificates) -> CertificateStore:
    store = CertificateStore()
    for certificate in certificates:
        store.add(certificate)
    return store


def test_the_exact_name_goes_before_wildcards(authority):
    exact, wild = authority.issue(("a.example.com",)), authority.issue(("*.example.com",))
    store = store_of(wild, exact)
    assert store.choose(Asked("A.Example.COM"), NOW) is exact
    assert store.choose(Asked("b.example.com"), NOW) is wild
    assert store.choose(Asked("a.b.example.com"), NOW) is None
    assert store.choose(Asked("example.com"), NOW) is None
    assert store.choose(Asked("elsewhere.com"), NOW) is None


def test_several_stars(authority):
    wild = authority.issue(("*.*.example.com",))
    assert store_of(wild).choose(Asked("a.b.example.com"), NOW) is wild


def test_without_a_name_the_local_address_then_the_default(authority):
    address, default = authority.issue(("192.0.2.1",)), authority.issue(("a.test",))
    store = store_of(address, default)
    assert store.choose(Asked(), NOW, local="192.0.2.1", default="a.test") is address
    assert store.choose(Asked(), NOW, local="192.0.2.2", default="A.test") is default
    assert store.choose(Asked(), NOW) is None
    assert store.choose(Asked("b.test"), NOW, default="a.test") is None


def test_the_fallback_is_for_all(authority):
    fallback = authority.issue(("a.test",))
    store = store_of(fallback)
    assert store.choose(Asked("b.test"), NOW, fallback="a.test") is fallback
    assert store.choose(Asked(), NOW, fallback="a.test") is fallback


def test_the_client_must_know_the_algorithm(authority):
    rsa_key = rsa.generate_private_key(65537, 2048)
    by_rsa = authority.issue(("a.test",), key=rsa_key)
    by_ec = authority.issue(("a.test",))
    store = store_of(by_rsa, by_ec)
    assert store.choose(Asked("a.test", (0x0403,)), NOW) is by_ec
    assert store.choose(Asked("a.test", (0x0804, 0x0403)), NOW) is by_rsa
    assert store.choose(Asked("a.test"), NOW) is by_rsa
    assert store.choose(Asked("a.test", (0x0999,)), NOW) is by_rsa  # there is no better


def test_one_that_is_valid_goes_before_one_that_has_ended(tmp_path):
    clock = [NOW - 86_400]
    authority = Authority(Settings(), FileStorage(tmp_path), lambda: clock[0])
    authority.provision()
    ended = authority.issue(("a.test",))
    clock[0] = NOW
    valid = authority.issue(("a.test",))
    assert store_of(ended, valid).choose(Asked("a.test"), NOW) is valid
    assert store_of(ended).choose(Asked("a.test"), NOW) is ended


def test_selection_by_the_policy(authority):
    first = authority.issue(("a.test",))
    second = authority.issue(("a.test",), key=ec.generate_private_key(ec.SECP384R1()))
    tagged = type(first)(second.chain, second.key, ("blue", "new"))
    store = store_of(first, tagged)

    def chosen(name="a.test", **by):
        return store.choose(Asked(name), NOW, selection=CertSelection(**by))

    assert chosen() is first
    assert chosen(any_tag=("red", "blue")) is tagged
    assert chosen(all_tags=("blue", "red")) is None
    assert chosen(all_tags=("blue", "new")) is tagged
    assert chosen(serial_number=(BigInt(tagged.leaf.serial_number),)) is tagged
    assert chosen(public_key_algorithm=PublicKeyAlgorithm.parse("ecdsa")) is first
    assert chosen(public_key_algorithm=PublicKeyAlgorithm.parse("rsa")) is None
    assert chosen(subject_organization=("Nobody",)) is None
    # A selection looks at all certificates when none has the name.
    assert chosen("elsewhere.test", any_tag=("blue",)) is tagged


def test_replacing_and_removing(authority):
    old, new = authority.issue(("a.test", "b.test")), authority.issue(("a.test",))
    store = store_of(old)
    assert store.covers("a.test")
    store.replace(old, new)
    assert store.named("a.test") == [new]
    assert not store.covers("b.test")
    store.replace(new, new)
    assert list(store) == [new]
    store.remove(old)
    store.remove(new)
    assert len(store) == 0
    assert store.choose(Asked("a.test"), NOW) is None


def test_a_real_clienthello_will_do(authority):
    hello = clienthello.read(bytes.fromhex(FIXTURE.read_text()))
    assert isinstance(hello, clienthello.Hello)
    certificate = authority.issue((hello.server_name,))
    assert store_of(certificate).choose(hello, NOW) is certificate
