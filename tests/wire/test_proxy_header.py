import pytest
from hypothesis import given
from hypothesis import strategies as st

from caddylite.wire import proxy_header
from caddylite.wire.proxy_header import Absent, Incomplete, Malformed, ProxyHeader, build, read

V2 = proxy_header.SIGNATURE_V2
A4, B4 = ("192.0.2.1", 5000), ("198.51.100.2", 443)
A6, B6 = ("2001:db8::1", 5000), ("2001:db8::2", 443)


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize(("source", "destination"), [(A4, B4), (A6, B6)])
def test_what_is_built_can_be_read(version, source, destination):
    data = build(version, source, destination)
    assert read(data + b"rest") == ProxyHeader(version, source, destination, size=len(data))
    for end in range(len(data)):
        assert isinstance(read(data[:end]), Incomplete), end


def test_the_lines_of_version_1():
    assert build(1, A4, B4) == b"PROXY TCP4 192.0.2.1 198.51.100.2 5000 443\r\n"
    assert build(1, None, None) == b"PROXY UNKNOWN\r\n"
    assert build(1, A4, B6) == b"PROXY TCP6 ::ffff:192.0.2.1 2001:db8::2 5000 443\r\n"
    unknown = read(b"PROXY UNKNOWN what ever\r\nGET")
    assert unknown.local
    assert unknown.size == 25


@pytest.mark.parametrize(
    "line",
    [
        b"PROXY TCP4 192.0.2.1 198.51.100.2 5000 443\n",
        b"PROXY TCP4 192.0.2.1 198.51.100.2 5000\r\n",
        b"PROXY TCP4 192.0.2.1 198.51.100.2 5000 443 x\r\n",
        b"PROXY TCP4 192.0.2.1  198.51.100.2 5000 443\r\n",
        b"PROXY TCP4 ::1 198.51.100.2 5000 443\r\n",
        b"PROXY TCP6 192.0.2.1 198.51.100.2 5000 443\r\n",
        b"PROXY TCP4 192.0.2.1 198.51.100.2 05000 443\r\n",
        b"PROXY TCP4 192.0.2.1 198.51.100.2 5000 65536\r\n",
        b"PROXY TCP4 192.0.2.1 198.51.100.2 -1 443\r\n",
        b"PROXY UDP4 192.0.2.1 198.51.100.2 5000 443\r\n",
        b"PROXY \r\n",
        b"PROXY UNKNOWN" + b" " * 100,
    ],
)
def test_lines_that_break_the_rules(line):
    assert isinstance(read(line), Malformed)


def test_datagrams_unix_sockets_and_local():
    assert read(build(2, A4, B4, datagram=True)).datagram is True
    assert build(2, A4, B4, datagram=True)[13] == 0x12
    unix = read(build(2, "/run/a", "/run/b"))
    assert (unix.source, unix.destination) == ("/run/a", "/run/b")
    local = read(build(2, None, None))
    assert local.local
    assert local.size == 16
    with_addresses = V2 + b"\x20\x11\0\x0c" + bytes(12)
    assert read(with_addresses) == ProxyHeader(2, size=28)
    assert read(V2 + b"\x20\x11\0\0") == ProxyHeader(2, size=16)


def test_an_ipv4_address_in_ipv6_clothes():
    assert read(build(2, ("::ffff:192.0.2.1", 5000), B4)).source == A4
    mixed = read(build(2, A4, B6))
    assert (mixed.source, mixed.destination) == (A4, B6)


def test_tlvs_and_their_checksum():
    tlvs = ((proxy_header.TLV_ALPN, b"h2"), (proxy_header.TLV_AUTHORITY, b"a.example"))
    data = build(2, A4, B4, tlvs=tlvs, checksum=True)
    found = read(data)
    assert found.tlvs[:2] == tlvs
    assert found.tlv(proxy_header.TLV_AUTHORITY) == b"a.example"
    assert found.tlv(99) is None
    for at in (20, 33, len(data) - 1):
        spoilt = bytearray(data)
        spoilt[at] ^= 1
        assert isinstance(read(bytes(spoilt)), Malformed), at


@pytest.mark.parametrize(
    "rest",
    [
        b"\x22\x11\0\x0c" + bytes(12),
        b"\x11\x11\0\x0c" + bytes(12),
        b"\x21\x13\0\x0c" + bytes(12),
        b"\x21\x00\0\0",
        b"\x21\x11\0\x0b" + bytes(11),
        b"\x21\x11\xff\xff",
        b"\x21\x11\0\x0e" + bytes(14),
        b"\x21\x11\0\x0f" + bytes(12) + b"\x03\0\0",
    ],
)
def test_headers_of_version_2_that_break_the_rules(rest):
    assert isinstance(read(V2 + rest), Malformed)


def test_no_header():
    assert read(b"GET / HTTP/1.1\r\n") == Absent()
    assert read(b"PROXX") == Absent()
    assert read(b"") == Incomplete(False)
    assert read(V2[:11]) == Incomplete(False)
    assert read(V2) == Incomplete(True)


@given(st.one_of(st.binary(), st.binary().map(V2.__add__), st.binary().map(b"PROXY ".__add__)))
def test_every_answer_but_incomplete_is_final(data):
    settled = None
    for end in range(len(data) + 1):
        found = read(data[:end])
        if settled is not None:
            assert found == settled
        if not isinstance(found, Incomplete):
            settled = found
