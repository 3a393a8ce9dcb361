from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caddylite.wire.clienthello import Hello
from caddylite.wire.quic_initial import InitialReader, NotQUIC
from tests.layer4.clients import recording
from tests.wire.hellos import message
from tests.wire.initials import crypto, initial


def read(*datagrams):
    reader = InitialReader()
    for datagram in datagrams:
        reader.feed(datagram)
    return reader


@pytest.mark.parametrize("version", [1, 0x6B3343CF])
def test_a_hello_in_one_datagram(version):
    reader = read(initial(crypto(message("a.example", ["h3"])), version=version))
    assert isinstance(reader.outcome, Hello)
    assert (reader.outcome.server_name, reader.outcome.alpn) == ("a.example", ("h3",))
    assert reader.version == version


def test_frames_in_any_order_over_several_datagrams():
    data = message("a.example", padding=2000)
    cuts = [0, 10, 11, 900, 1500, len(data)]
    pieces = [crypto(data[a:b], a) for a, b in pairwise(cuts)]
    first = initial(b"\x01" + pieces[3] + pieces[0], number=0)
    second = initial(b"\x02\x05\x00\x01\x02\x01\x01" + pieces[4] + pieces[2], number=1)
    third = initial(pieces[1], number=2)
    assert read(first, second).outcome is None
    assert read(first, second).opened
    assert read(first, second, third).outcome.server_name == "a.example"


def test_overlapping_and_repeated_pieces():
    data = message("a.example")
    frames = crypto(data[:40]) + crypto(data[:20]) + crypto(data[10:], 10)
    assert read(initial(frames)).outcome.server_name == "a.example"


def test_the_recordings():
    for name in ("quic_gtlsclient", "quic_libcurl_h3", "quic_qh3_niquests"):
        assert read(*recording(name)).outcome.server_name == "localhost"


@pytest.mark.parametrize(
    "datagram",
    [
        b"",
        b"\x40" + bytes(1300),
        b"\xc0\0\0\0\1" + bytes(10),
        b"\xc0\xfa\xce\xb0\x0c" + bytes(1300),
        initial(b"")[:1200],
        initial(crypto(message("a")))[:-1] + b"\xff",
        initial(crypto(b"\x02\0\0\0")),
        initial(crypto(b"\x01\0\0\2ab")),
        initial(crypto(b"\x01\xff\xff\xff")),
    ],
)
def test_what_is_no_quic_client(datagram):
    reader = read(datagram)
    assert reader.outcome is None or isinstance(reader.outcome, NotQUIC)
    assert reader.outcome is not None or reader.opened


def test_what_follows_and_cannot_be_opened_is_passed_over():
    data = message("a.example")
    first = initial(crypto(data[:30]))
    rest = initial(crypto(data[30:], 30), number=1)
    assert read(first, b"noise", rest).outcome.server_name == "a.example"


@given(st.integers(0, 1250), st.integers(1, 255))
def test_a_spoilt_datagram_is_no_client(at, mask):
    datagram = bytearray(initial(crypto(message("a.example"))))
    at %= len(datagram)
    datagram[at] ^= mask
    assert not isinstance(read(bytes(datagram)).outcome, Hello)


@given(st.binary(max_size=200))
def test_any_frames(frames):
    outcome = read(initial(frames)).outcome
    assert outcome is None or isinstance(outcome, NotQUIC)
