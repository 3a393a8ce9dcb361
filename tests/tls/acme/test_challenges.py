import hashlib

from cryptography import x509

from caddylite.tls.acme.challenges import (
    HTTP,
    TLS_ALPN,
    Task,
    from_storage,
    identifier_of,
    proving_certificate,
    task,
)
from caddylite.tls.acme.errors import Identifier
from caddylite.tls.acme.jws import thumbprint
from caddylite.tls.acme.messages import Challenge
from caddylite.tls.signing import new_key

NAME = Identifier("dns", "a.example.test")


def test_a_task():
    key = new_key()
    found = task(Challenge(HTTP, "https://ca/c", token="abc"), NAME, key)
    assert found.key_authorization == f"abc.{thumbprint(key)}"
    assert found.path == "/.well-known/acme-challenge/abc"
    assert found.subject == "a.example.test"


def test_the_names_of_addresses():
    assert identifier_of("[2001:db8::1]") == Identifier("ip", "2001:db8::1")
    assert identifier_of("Bücher.Example") == Identifier("dns", "xn--bcher-kva.example")
    four = Task(TLS_ALPN, identifier_of("192.0.2.7"), "t", "t.x")
    assert four.subject == "7.2.0.192.in-addr.arpa"
    assert Task(HTTP, identifier_of("192.0.2.7"), "t", "t.x").subject == "192.0.2.7"


def test_a_task_in_the_storage():
    asked = Task(HTTP, NAME, "abc", "abc.def", "https://ca/c")
    found = from_storage(asked.stored())
    assert found == Task(HTTP, NAME, "abc", "abc.def")
    for nonsense in (b"", b"[]", b"{}", b'{"identifier": 3}', b"[" * 100_000, b"\xff"):
        assert from_storage(nonsense) is None


def test_only_tokens_that_fit_into_a_path_are_answered():
    assert Challenge(HTTP, "https://ca/c", token="aZ_-9").answerable
    for token in ("", "a/../b", "a b", "x" * 513, "é"):
        assert not Challenge(HTTP, "https://ca/c", token=token).answerable
    assert not Challenge(HTTP, token="abc").answerable


def test_the_certificate_of_a_handshake():
    asked = Task(TLS_ALPN, NAME, "abc", "abc.def")
    made = proving_certificate(asked, 1_800_000_000.0)
    names = made.leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["a.example.test"]
    proof = made.leaf.extensions.get_extension_for_oid(x509.ObjectIdentifier("1.3.6.1.5.5.7.1.31"))
    assert proof.critical
    assert proof.value.value == b"\x04\x20" + hashlib.sha256(b"abc.def").digest()
    assert made.not_before < 1_800_000_000 < made.not_after
    address = proving_certificate(Task(TLS_ALPN, identifier_of("::1"), "a", "a.b"), 0)
    names = address.leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [str(a) for a in names.get_values_for_type(x509.IPAddress)] == ["::1"]
