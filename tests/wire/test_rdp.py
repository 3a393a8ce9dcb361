import pytest
from hypothesis import given
from hypothesis import strategies as st

from caddylite.wire import rdp
from tests.wire.requests import NEGOTIATION, correlation, rdp_request, token


def test_lines():
    assert rdp.read(rdp_request(b"Cookie: mstshash=bob\r\n")) == rdp.Request(cookie="bob")
    assert rdp.read(rdp_request(b"anything\r\n" + NEGOTIATION)) == rdp.Request(info="anything")
    assert rdp.read(rdp_request(NEGOTIATION)) == rdp.Request()


def test_a_token_holds_address_and_port_in_network_order():
    found = rdp.read(rdp_request(token(b"Cookie: msts=16777343.15629.0000")))
    assert found.token == ("127.0.0.1", 3389)


def test_a_token_without_headers_is_what_clients_send():
    line = b"Cookie: msts=16777343.15629.0000"
    found = rdp.read(rdp_request(line + b"\r\n" + NEGOTIATION))
    assert (found.token, found.info) == (("127.0.0.1", 3389), line.decode())


@pytest.mark.parametrize(
    "line",
    [
        b"Cookie: msts=16777343.15629.0001",
        b"Cookie: msts=99999999999.15629.0000",
        b"Cookie: msts=16777343.99999.0000",
        b"Cookie: msts=x.y.0000.......",
    ],
)
def test_what_is_no_token_is_any_other_line(line):
    found = rdp.read(rdp_request(token(line)))
    assert (found.token, found.info is not None) == (None, True)


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\r\n" + NEGOTIATION,
        b"\x01\x00\x08\x00\x02\x00\x00\x00",
        b"\x01\x00\x08\x00\x09\x00\x00\x00",
        b"\x01\x04\x08\x00\x03\x00\x00\x00",
        b"\x02\x00\x08\x00\x03\x00\x00\x00",
        NEGOTIATION + b"x",
        NEGOTIATION[:-1],
        correlation(bytes(16)),
        correlation(b"\xf4" + bytes(15)),
        correlation(b"a\r" + bytes(14)),
        correlation(b"a" * 16)[:-1],
    ],
)
def test_what_breaks_the_rules(payload):
    assert isinstance(rdp.read(rdp_request(payload)), rdp.NotRDP)


def test_headers_are_checked_as_they_come():
    good = rdp_request(NEGOTIATION)
    for at, byte in ((0, 2), (1, 1), (3, 5), (4, 1), (5, 0xD0), (7, 1), (10, 1)):
        spoilt = good[:at] + bytes((byte,))
        assert isinstance(rdp.read(spoilt), rdp.NotRDP), at
        assert isinstance(rdp.read(good[:at]), rdp.Incomplete), at


@given(st.binary(max_size=60))
def test_any_payload_gets_an_answer(payload):
    assert not isinstance(rdp.read(rdp_request(payload)), rdp.Incomplete)
