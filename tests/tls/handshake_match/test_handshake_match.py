import pytest

from caddylite.errors import ConfigError
from caddylite.layer4.matching import Connection
from caddylite.registry import find
from caddylite.wire import clienthello
from tests.layer4.clients import words
from tests.wire.hellos import hello

HELLO = clienthello.read(hello("a.example", ["h2", "http/1.1"]))
PEER = Connection(("192.0.2.7", 5), ("198.51.100.1", 443))


def read(text):
    return find("tls.handshake_match", text.split()[0]).parse(words(text))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("sni b a.example", True),
        ("sni b", False),
        ("sni_regexp a[.]e", True),
        ("sni_regexp ^e", False),
        ("alpn h2", True),
        ("alpn h3 http/1.1", True),
        ("alpn h3", False),
        ("remote_ip 192.0.2.0/24", True),
        ("remote_ip 192.0.2.0/24 !192.0.2.7", False),
        ("remote_ip !192.0.2.8", True),
        ("remote_ip private_ranges", False),
        ("local_ip 198.51.100.1", True),
        ("local_ip 192.0.2.7", False),
    ],
)
def test_matchers(text, wanted):
    assert read(text).prepare(None)(HELLO, PEER) is wanted


def test_a_unix_socket_matches_no_address():
    peer = Connection("/run/x", "/run/y")
    assert read("remote_ip !192.0.2.8").prepare(None)(HELLO, peer) is False
    assert find("tls.handshake_match", "local_ip")().prepare(None)(HELLO, peer) is False


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("remote_ip x", "invalid IP address: 'x': ParseAddr(\"x\"): unable to parse IP"),
        (
            "local_ip 1.2.3.4/40",
            'parsing CIDR expression: netip.ParsePrefix("1.2.3.4/40"): prefix length out of range',
        ),
        (
            "sni_regexp (",
            "compiling matcher regexp (: error parsing regexp: missing closing ): `(`",
        ),
        (
            "sni_regexp - x",
            "invalid regexp name (must contain only word characters): -",
        ),
    ],
)
def test_what_cannot_be_used(text, why):
    with pytest.raises(ConfigError) as caught:
        read(text).prepare(None)
    assert str(caught.value) == why


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("sni", "wrong argument count or unexpected line ending after 'sni'"),
        ("alpn a {\nb\n}", "malformed TLS handshake matcher 'alpn': blocks are not supported"),
        ("sni_regexp a b c", "wrong argument count or unexpected line ending after 'c'"),
        ("sni_regexp a {\nb\n}", "malformed regexp matcher: blocks are not supported"),
        ("remote_ip", "wrong argument count"),
    ],
)
def test_complaints(text, why):
    with pytest.raises(ConfigError) as caught:
        read(text)
    assert why in str(caught.value)
