import pytest
from hypothesis import given
from hypothesis import strategies as st

from caddylite.wire import dns
from tests.wire.queries import name, query

OPT = b"\0\0\x29\x04\xd0\0\0\0\0\0\0"


def read(message):
    return dns.read(message, len(message))


def test_a_query():
    found = read(query("WWW.Example.com", 28, extra=OPT, additional=1))
    assert found == dns.Query((dns.Question("www.example.com.", 28, 1),))


def test_the_root():
    assert read(query("")).questions[0].name == "."


def test_odd_labels_are_escaped():
    message = query("x").replace(name("x"), b"\x05a.b\x00c\x00")
    assert read(message).questions[0].name == "a\\.b\\000c."


def test_a_compressed_name_behind_the_question():
    record = b"\xc0\x0c\0\x01\0\x01\0\0\0\x05\0\x04abcd"
    assert isinstance(read(query("a.b", extra=record, additional=1)), dns.Query)


@pytest.mark.parametrize(
    ("message", "why"),
    [
        (query("a", flags=0x8120), "response"),
        (query("a", flags=0x0103), "flags"),
        (query("a", flags=0x0140), "flags"),
        (query("a")[:4] + b"\0\0" + query("a")[6:], "without a question"),
        (query("a", extra=b"x"), "bytes after"),
        (query("a", additional=1), "room"),
        (query("a").replace(b"\x01a\0", b"\xc0\x0c\0"), "forwards"),
        (query("a").replace(b"\x01a\0", b"\x41a\0"), "unknown kind"),
        (b"short", "too short"),
    ],
)
def test_what_is_no_query(message, why):
    assert why in read(message).why


def test_types_by_number():
    known = {1: "A", 28: "AAAA", 65: "HTTPS", 99: "SPF", 128: "NXNAME", 255: "ANY", 257: "CAA"}
    assert {number: dns.TYPES[number] for number in known} == known
    assert dns.TYPES[23] == "NSAP-PTR"
    assert 4242 not in dns.TYPES


@given(st.binary(max_size=80), st.integers(0, 100))
def test_never_fails_and_never_changes_its_mind(data, size):
    given = None
    for end in range(len(data) + 1):
        answer = dns.read(data[:end], size)
        if given is not None:
            assert answer == given
        given = None if isinstance(answer, dns.Incomplete) else answer


@given(st.binary(max_size=40))
def test_any_label_can_be_read(label):
    message = query("x").replace(name("x"), bytes((len(label),)) + label + b"\0" * bool(label))
    assert isinstance(read(message), dns.Query)
