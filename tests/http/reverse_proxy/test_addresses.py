"""Addresses of upstreams."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caddylite.http.reverse_proxy.addresses import parse_upstream

DIALS = [
    ("a", ["a:80"]),
    ("a:1", ["a:1"]),
    (":1", [":1"]),
    ("::1", ["[::1]:80"]),
    ("[::1]:1", ["[::1]:1"]),
    ("a:1-3", ["a:1", "a:2", "a:3"]),
    ("{a}", ["{a}"]),
    ("{a}:1", ["{a}:1"]),
    ("a:{p}", ["a:{p}"]),
    ("unix//run/x", ["unix//run/x"]),
    ("unix+h2c//run/x", ["unix//run/x"]),
    ("udp/a:1", ["udp/a:1"]),
    ("http://a", ["a:80"]),
    ("https://a", ["a:443"]),
    ("h2c://a", ["a:80"]),
    ("http://[::1]:1-2", ["[::1]:1", "[::1]:2"]),
]


@pytest.mark.parametrize(("text", "dials"), DIALS)
def test_dials(text, dials):
    assert parse_upstream(text).dials() == dials


def test_schemes():
    assert parse_upstream("HTTPS://a").scheme == "https"
    assert parse_upstream("unix+h2c//x").scheme == "h2c"
    assert parse_upstream("a:1").scheme == ""


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("http://{a}", "placeholders are not allowed"),
        ("http://a/b", "only support scheme, host, and port"),
        ("http://a:443", "conflicting scheme \\(http://\\) and port \\(:443, the HTTPS port\\)"),
        ("http://a:1-2-3", "port range invalid: 1-2-3"),
        ("http://a:x", 'invalid port ":x" after host'),
    ],
)
def test_complaints(text, why):
    with pytest.raises(ValueError, match=why):
        parse_upstream(text)


@given(st.text(alphabet="ab:[]/-089.|unixh2cps{}%"))
def test_no_text_breaks_the_parser(text):
    try:
        dials = parse_upstream(text).dials()
    except ValueError:
        return
    assert dials
