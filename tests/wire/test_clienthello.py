import pytest
from hypothesis import given
from hypothesis import strategies as st

from caddylite.wire import clienthello
from caddylite.wire.clienthello import Hello, Incomplete, Malformed, NotTLS
from tests.wire.hellos import extension, hello, message, records, server_name


def test_fields():
    found = clienthello.read(hello("vpn.example.com", ["h2", "http/1.1"]))
    assert isinstance(found, Hello)
    assert found.server_name == "vpn.example.com"
    assert found.alpn == ("h2", "http/1.1")
    assert found.versions == (0x7A7A, 0x0304, 0x0303)
    assert found.ciphers == (0x1301, 0x1302)
    assert found.random == bytes(range(32))
    assert found.session_id == b"session"
    assert found.legacy_version == 0x0303
    assert [kind for kind, _ in found.extensions] == [0x0A0A, 0, 16, 43]
    assert found.problem == ""


def test_a_hello_without_extensions():
    found = clienthello.read(records(message(extensions=[])))
    assert (found.server_name, found.alpn, found.extensions) == ("", (), ())
    assert found.versions == (0x0303, 0x0302, 0x0301)


def test_groups_and_signature_algorithms():
    lists = [extension(10, b"\0\4\x11\xec\0\x1d"), extension(13, b"\0\2\4\3")]
    found = clienthello.read(records(message(extensions=lists)))
    assert found.groups == (0x11EC, 0x1D)
    assert found.signature_schemes == (0x0403,)


def test_names_of_other_types_are_passed_over():
    body = b"\x07\0\2zz" + b"\0\0\1a" + b"\0\0\1b"
    several = extension(0, len(body).to_bytes(2, "big") + body)
    assert clienthello.read(records(message(extensions=[several]))).server_name == "a"
    other = clienthello.read(records(message(extensions=[server_name("x", kind=9)])))
    assert (other.server_name, other.problem) == ("", "the server_name extension names no host")


@pytest.mark.parametrize(
    ("extensions", "problem"),
    [
        ([extension(0, b"")], "names no host"),
        ([extension(0, b"\0\5\0\0\1a")], "names no host"),
        ([server_name("a"), server_name("b")], "twice"),
        ([b"\0\x2b\0\x09ab"], "cut short"),
    ],
)
def test_what_is_wrong_with_extensions(extensions, problem):
    assert problem in clienthello.read(records(message(extensions=extensions))).problem


def test_other_extensions_do_not_hide_the_name():
    spoilt = [extension(10, b"x"), server_name("a.example")]
    assert clienthello.read(records(message(extensions=spoilt))).server_name == "a.example"


@pytest.mark.parametrize("sizes", [(1,), (3, 2), (1,) * 40, (0, 5), (60,)])
def test_however_the_message_is_cut_into_records(sizes):
    whole = hello("a.example")
    data = records(whole, *sizes)
    assert clienthello.read(data).server_name == "a.example"
    for end in range(len(data)):
        assert isinstance(clienthello.read(data[:end]), Incomplete)


def test_bytes_behind_the_hello_do_not_matter():
    data = hello("a.example")
    assert clienthello.read(data + b"\x14\x03\x03\0\1\1").server_name == "a.example"
    assert clienthello.read(records(data, 10) + data).server_name == "a.example"
    longer = data[:3] + (len(data) - 5 + 4).to_bytes(2, "big") + data[5:] + b"\x02\0\0\0"
    assert clienthello.read(longer).server_name == "a.example"


def test_the_other_answers():
    assert clienthello.read(b"SSH-2.0") == NotTLS(
        "the first byte 0x53 is not a TLS handshake record"
    )
    assert clienthello.read(b"") == Incomplete(False, "no bytes yet")
    assert clienthello.read(b"\x16\x03") == Incomplete(False, "part of a record header")
    assert clienthello.read(b"\x16\x03\x01\x02\x00").committed is True
    assert clienthello.read(b"\x16\xff\xff\xff\xff").committed is False
    assert isinstance(clienthello.read(records(b"\x00\0\0\0")), Malformed)
    assert isinstance(clienthello.read(records(b"\x01\0\0\2ab")), Malformed)
    cut = records(message("a"), 20)[:25] + b"\x15\x03\x03\0\2\2\x28"
    assert clienthello.read(cut) == Malformed("a record of type 21 within the ClientHello")


def test_sixteen_kib_is_the_end():
    room = clienthello.MAX_HELLO - len(message("a.example", padding=1)) + 5
    assert clienthello.read(hello("a.example", padding=room)).server_name == "a.example"
    too_long = clienthello.read(hello("a.example", padding=room + 1))
    assert too_long == Incomplete(True, "a ClientHello of more than 16 KiB")


def test_a_name_that_is_not_utf8_survives():
    spoilt = server_name("abc").replace(b"abc", b"a\xffc")
    name = clienthello.read(records(message(extensions=[spoilt]))).server_name
    assert name.encode(errors="surrogateescape") == b"a\xffc"


def _touch(found):
    if isinstance(found, Hello):
        for field in ("server_name", "alpn", "versions", "ciphers", "groups", "random", "problem"):
            getattr(found, field)
        assert (found.session_id, found.signature_schemes, found.extensions) is not None
    return found


@given(st.data())
def test_every_answer_but_incomplete_is_final_and_every_field_total(data):
    stream = bytearray(hello("host.example.com", ["h2"]))
    for _ in range(data.draw(st.integers(0, 4))):
        stream[data.draw(st.integers(0, len(stream) - 1))] = data.draw(st.integers(0, 255))
    settled = None
    for end in range(len(stream) + 1):
        found = _touch(clienthello.read(bytes(stream[:end])))
        if settled is not None:
            assert type(found) is settled
        if not isinstance(found, Incomplete):
            settled = type(found)


@given(st.binary(max_size=120))
def test_any_extensions(raw):
    body = message(extensions=[raw]) if raw else message(extensions=[])
    _touch(clienthello.read(records(body)))


@given(st.lists(st.integers(0, 30), max_size=60), st.data())
def test_reading_on_gives_what_reading_anew_does(sizes, data):
    stream = records(hello("host.example.com", ["h2"]), *sizes)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    before = None
    for end in (*cuts, len(stream)):
        found = clienthello.read(stream[:end], before)
        anew = clienthello.read(stream[:end])
        assert type(found) is type(anew)
        if isinstance(found, Incomplete):
            assert (found.committed, found.why) == (anew.committed, anew.why)
            before = found
    assert found.server_name == "host.example.com"
