"""SOCKS 5 messages: whole, byte by byte, with a tail, and wrong ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caddylite.wire import socks5
from caddylite.wire.socks5 import (
    Credentials,
    Datagram,
    Greeting,
    Incomplete,
    Malformed,
    Request,
    read_credentials,
    read_datagram,
    read_greeting,
    read_request,
)

CASES = [
    (read_greeting, b"\5\1\0", Greeting(b"\0", 3)),
    (read_greeting, b"\5\2\0\2", Greeting(b"\0\2", 4)),
    (read_greeting, b"\5\0", Greeting(b"", 2)),
    (read_credentials, b"\1\3bob\2pw", Credentials(b"bob", b"pw", 8)),
    (read_credentials, b"\1\0\0", Credentials(b"", b"", 3)),
    (
        read_request,
        b"\5\1\0\1\xc0\0\2\1\0\x50",
        Request(socks5.CONNECT, "192.0.2.1", 80, False, 10),
    ),
    (
        read_request,
        b"\5\3\0\4" + bytes(15) + b"\1\0\x35",
        Request(socks5.ASSOCIATE, "::1", 53, False, 22),
    ),
    (
        read_request,
        b"\5\1\0\3\x0cexample.test\1\xbb",
        Request(socks5.CONNECT, "example.test", 443, True, 19),
    ),
    # An address written as a name needs no looking up.
    (read_request, b"\5\1\0\3\x03::1\0\x50", Request(socks5.CONNECT, "::1", 80, False, 10)),
    (
        read_request,
        b"\5\x09\0\3\x09127.0.0.1\0\x50",
        Request(9, "127.0.0.1", 80, False, 16),
    ),
]


@pytest.mark.parametrize(("read", "data", "message"), CASES)
def test_a_message_is_read_at_every_length(read, data, message):
    for end in range(len(data)):
        assert isinstance(read(data[:end]), Incomplete)
    assert read(data) == message
    assert read(data + b"tail") == message


@pytest.mark.parametrize(
    ("read", "data", "code"),
    [
        (read_greeting, b"\4", None),
        (read_credentials, b"\5", None),
        (read_request, b"\4\1\0\1", None),
        (read_request, b"\5\1\0\2\0\0\0\0\0\0", socks5.ADDRESS_NOT_SUPPORTED),
        (read_request, b"\5\1\0\3\0\0\x50", socks5.HOST_UNREACHABLE),
        (read_request, b"\5\1\0\3\2\xff\xfe\0\x50", socks5.HOST_UNREACHABLE),
        (read_request, b"\5\1\0\3\3a\0b\0\x50", socks5.HOST_UNREACHABLE),
    ],
)
def test_what_breaks_the_rules(read, data, code):
    found = read(data)
    assert isinstance(found, Malformed)
    assert found.code == code
    assert found.why


def test_datagrams_carry_their_destination():
    header = b"\0\0\0\1\xc0\0\2\1\0\x35"
    assert read_datagram(header + b"query") == Datagram("192.0.2.1", 53, False, header, b"query")
    named = b"\0\0\0\3\1a\0\x35"
    assert read_datagram(named) == Datagram("a", 53, True, named, b"")


@pytest.mark.parametrize(
    "data",
    [b"", b"\0\0\0", b"\0\0\1\1\xc0\0\2\1\0\x35x", b"\0\0\0\1\xc0", b"\0\0\0\7\0\0\0\0\0\0"],
)
def test_datagrams_that_are_dropped(data):
    assert isinstance(read_datagram(data), Malformed)


def test_answers():
    assert socks5.method(socks5.PASSWORD) == b"\5\2"
    assert socks5.verdict(True) == b"\1\0"
    assert socks5.verdict(False) == b"\1\1"
    assert socks5.reply(socks5.REFUSED) == b"\5\5\0\1\0\0\0\0\0\0"
    assert socks5.reply(0, ("192.0.2.1", 258)) == b"\5\0\0\1\xc0\0\2\1\1\2"
    assert socks5.reply(0, ("fe80::1%eth0", 1))[:5] == b"\5\0\0\4\xfe"
    assert socks5.reply(0, "/a/path") == b"\5\0\0\1\0\0\0\0\0\0"


@given(st.binary(max_size=40))
def test_nonsense_never_raises(data):
    for read in (read_greeting, read_credentials, read_request, read_datagram):
        whole = read(data)
        if not isinstance(whole, Incomplete) and read is not read_datagram:
            assert read(data + b"more") == whole  # bytes to come change no answer
