"""Network addresses, split and joined. (What is wanted is what Go's own functions answered.)"""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caddylite.netaddr import (
    NetworkAddress,
    join_host_port,
    join_network_address,
    split_host_port,
    split_network_address,
    split_permissions,
)

HOST_PORT = [
    ("a:1", "a|1"),
    ("a:", "a|"),
    ("[::1]:1", "::1|1"),
    ("[a]:b", "a|b"),
    ("", "ERR missing port in address"),
    ("a", "ERR address a: missing port in address"),
    ("::1", "ERR address ::1: too many colons in address"),
    ("[::1]", "ERR address [::1]: missing port in address"),
    ("[::1", "ERR address [::1: missing ']' in address"),
    ("[::1]1:2", "ERR address [::1]1:2: missing port in address"),
    ("[::1]::", "ERR address [::1]::: too many colons in address"),
    ("a]:1", "ERR address a]:1: unexpected ']' in address"),
    ("a[:1", "ERR address a[:1: unexpected '[' in address"),
    ("[a[b]:1", "ERR address [a[b]:1: unexpected '[' in address"),
    ("[a]b]:1", "ERR address [a]b]:1: missing port in address"),
]

NETWORK = [
    ("a:1", ("", "a", "1")),
    ("a", ("", "a", "")),
    ("TCP/a:1", ("tcp", "a", "1")),
    (" udp /a:1-3", ("udp", "a", "1-3")),
    ("[::1]", ("", "::1", "")),
    ("::1", ("", "::1", "")),
    ("unix//run/x", ("unix", "/run/x", "")),
    ("unix+h2c//run/x", ("unix+h2c", "/run/x", "")),
    ("fd/3", ("fd", "3", "")),
    ("", ("", "", "")),
]


@pytest.mark.parametrize(("text", "wanted"), HOST_PORT)
def test_split_host_port(text, wanted):
    try:
        found = "|".join(split_host_port(text))
    except ValueError as e:
        found = f"ERR {e}"
    assert found == wanted


@pytest.mark.parametrize(("text", "wanted"), NETWORK)
def test_split_network_address(text, wanted):
    assert split_network_address(text) == wanted


def test_both_complaints_are_told_when_neither_reading_works():
    with pytest.raises(
        ValueError, match="address a\\[b: missing port in address\naddress a\\[b:0"
    ):
        split_network_address("a[b")


def test_parse_a_range():
    address = NetworkAddress.parse("udp/[::1]:80-82")
    assert (address.network, address.host, address.port) == ("udp", "::1", "80-82")
    assert str(address) == "udp/[::1]:80-82"
    assert [a.host_port for a in address.expand()] == ["[::1]:80", "[::1]:81", "[::1]:82"]


def test_defaults():
    assert NetworkAddress.parse("a", "udp", 53) == NetworkAddress("udp", "a", 53, 53)
    assert str(NetworkAddress.parse("a:1")) == "a:1"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a:x", "invalid start port"),
        ("a:1-x", "invalid end port"),
        ("a:2-1", "end port must not be less than start port"),
        ("a:65536", "value out of range"),
        ("unix//x|9", "could not parse octal permission bits in /x|9"),
        ("unix//x|0500", "got 'r-x' in /x|0500"),
    ],
)
def test_what_cannot_be_dialled(text, why):
    with pytest.raises(ValueError, match=re.escape(why)):
        NetworkAddress.parse(text)


def test_permissions_of_a_socket():
    assert split_permissions("/x|0220") == ("/x", 0o220)
    assert split_permissions("/x") == ("/x", 0o200)
    assert NetworkAddress.parse("unix//x|0220").host_port == "/x|0220"


def test_join():
    assert join_host_port("::1", "1") == "[::1]:1"
    assert join_network_address("", "a", "") == "a"
    assert join_network_address("unix", "/x", "1") == "unix//x"
    assert join_network_address("tcp", "", "80") == "tcp/:80"


@given(st.text(alphabet="ab:[]/-0189.|unixfd%"))
def test_no_text_breaks_the_parser(text):
    try:
        address = NetworkAddress.parse(text)
    except ValueError:
        return
    assert address.start_port <= address.end_port <= 65535


@given(st.text(alphabet="ab:."), st.integers(0, 65535))
def test_what_is_joined_splits_again(host, port):
    assert split_host_port(join_host_port(host, str(port))) == (host, str(port))
