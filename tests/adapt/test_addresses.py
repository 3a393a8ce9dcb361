"""Site addresses and their parts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caddylite.adapt.addresses import Address, lowered, parse_address
from caddylite.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "scheme", "host", "port", "path"),
    [
        ("example.com", "", "example.com", "", ""),
        ("HTTP://Example.COM:81/Path", "http", "example.com", "81", "/Path"),
        (":443", "", "", "443", ""),
        ("https://", "https", "", "", ""),
        ("[::1]:80", "", "::1", "80", ""),
        ("[::1]", "", "::1", "", ""),
        ("::1", "", "::1", "", ""),
        ("2001:DB8:0:0:1::", "", "2001:db8:0:0:1::", "", ""),
        ("[2001:DB8:0:0:0:0:0:1%ETH0]", "", "2001:db8::1%eth0", "", ""),
        ("[::FFFF:1.2.3.4]", "", "::ffff:1.2.3.4", "", ""),
        ("{$HOST}:80", "", "{$HOST}", "80", ""),
        (" a.b ", "", "a.b", "", ""),
        ("a[b", "", "a[b", "", ""),
        ("localhost/", "", "localhost", "", "/"),
    ],
)
def test_parts(text: str, scheme: str, host: str, port: str, path: str) -> None:
    assert parse_address(text) == Address(text.strip(), scheme, host, port, path)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a:b", """invalid port 'b': strconv.Atoi: parsing "b": invalid syntax"""),
        ("a:65536", "port 65536 is out of range"),
        ("a:-1", "port -1 is out of range"),
    ],
)
def test_impossible_ports(text: str, complaint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_address(text)
    assert str(caught.value) == complaint


@pytest.mark.parametrize(
    ("address", "text"),
    [
        (Address("x", host="a.b"), "http://a.b"),
        (Address("x", host="a.b", port="443"), "https://a.b"),
        (Address("x", "https", "a.b", "80"), "https://a.b:80"),
        (Address("x", "http", "::1", "8080", "/p"), "http://[::1]:8080/p"),
        (Address("x", "http"), ""),
    ],
)
def test_as_a_url(address: Address, text: str) -> None:
    assert str(address) == text


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("A{B}C", "a{B}c"),
        (r"A\{B\}C", r"a\{b\}c"),
        ("ÄÖ{Ü}", "äö{Ü}"),
        ("\u0394\u03a3", "\u03b4\u03c3"),
        ("{A", "{A"),
    ],
)
def test_only_what_is_no_placeholder_is_lowered(text: str, wanted: str) -> None:
    assert lowered(text) == wanted


@given(st.text(alphabet="ab.:[]/{}*-1 \\é", max_size=20))
def test_anything_is_an_address_or_complained_of(text: str) -> None:
    try:
        address = parse_address(text)
    except ConfigError:
        return
    assert address.original == text.strip()
    assert not address.port or address.port.lstrip("+-").isdigit()
