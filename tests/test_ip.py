import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caddylite import ip


@given(st.ip_addresses())
def test_addresses_read_as_the_standard_library_does(address):
    bits = 32 if address.version == 4 else 128
    assert ip.parse_address(str(address)) == (bits, int(address))


@given(st.ip_addresses(v=6))
def test_long_forms_too(address):
    assert ip.parse_address(address.exploded.upper()) == (128, int(address))


@given(st.text(alphabet="0123456789abcf.:%/", max_size=24))
def test_what_is_refused_is_no_address(text):
    try:
        bits, number = ip.parse_address(text)
    except ValueError:
        return
    bare = text.partition("%")[0]
    assert int(ipaddress.ip_address(bare)) == number
    assert ipaddress.ip_address(bare).max_prefixlen == bits


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("1.2.3", 'ParseAddr("1.2.3"): IPv4 address too short'),
        ("1.2.3.4.5", 'ParseAddr("1.2.3.4.5"): IPv4 address too long'),
        ("1..3.4", 'ParseAddr("1..3.4"): IPv4 field must have at least one digit (at ".3.4")'),
        ("256.1.1.1", 'ParseAddr("256.1.1.1"): IPv4 field has value >255'),
        ("01.2.3.4", 'ParseAddr("01.2.3.4"): IPv4 field has octet with leading zero'),
        ("a.1.2.3", 'ParseAddr("a.1.2.3"): unexpected character (at "a.1.2.3")'),
        ("1::2::3", 'ParseAddr("1::2::3"): multiple :: in address (at ":3")'),
        ("12345::", 'ParseAddr("12345::"): each group must have 4 or less digits (at "12345::")'),
        ("abc", 'ParseAddr("abc"): unable to parse IP'),
        ("%x", 'ParseAddr("%x"): missing IPv6 address'),
        ("::1%", 'ParseAddr("::1%"): zone must be a non-empty string'),
    ],
)
def test_the_words_are_those_of_go(text, why):
    with pytest.raises(ValueError, match="ParseAddr") as caught:
        ip.parse_address(text)
    assert str(caught.value) == why


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            "1.2.3.4/33",
            "parsing CIDR expression: '1.2.3.4/33': "
            'netip.ParsePrefix("1.2.3.4/33"): prefix length out of range',
        ),
        (
            "x/8",
            "parsing CIDR expression: 'x/8': "
            'netip.ParsePrefix("x/8"): ParseAddr("x"): unable to parse IP',
        ),
        (
            "1.2.3.4/08",
            "parsing CIDR expression: '1.2.3.4/08': "
            'netip.ParsePrefix("1.2.3.4/08"): bad bits after slash: "08"',
        ),
        ("nope", "invalid IP address: 'nope': ParseAddr(\"nope\"): unable to parse IP"),
    ],
)
def test_ranges_are_complained_of_in_caddys_words(text, why):
    with pytest.raises(ValueError, match=r"I[PD]") as caught:
        ip.parse_range(text)
    assert str(caught.value) == why


@given(st.ip_addresses(v=4), st.ip_addresses(v=4), st.integers(0, 32))
def test_ranges_hold_what_networks_hold(inside, base, length):
    test = ip.ranges_test([ip.parse_range(f"{base}/{length}")])
    network = ipaddress.ip_network(f"{base}/{length}", strict=False)
    assert test(str(inside)) is (inside in network)


def test_zones_families_and_nonsense():
    test = ip.ranges_test([ip.parse_range("::/0"), ip.parse_range("192.0.2.1")])
    assert test("::1")
    assert test("192.0.2.1")
    assert not test("192.0.2.2")
    assert not test("fe80::1%eth0")
    assert not test("/run/socket")
