import pytest

from caddylite.layer4.matching import NeedMore, Peek
from tests.layer4.clients import complaint, matcher, plain, says, says_to_datagrams, tcp, udp
from tests.wire.hellos import message
from tests.wire.initials import crypto, initial

HELLO = message("a.example", ["h3"])


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("quic", True),
        ("quic sni a.example", True),
        ("quic sni *.example", True),
        ("quic sni b.example", False),
        ("quic alpn h3 h3-29", True),
        ("quic alpn hq", False),
        ("quic sni_regexp ^a", True),
        ("quic remote_ip 10.0.0.0/8", False),
        ("not quic sni a.example", False),
    ],
)
def test_handshake_matchers(words, wanted):
    assert says_to_datagrams(matcher(words), [initial(crypto(HELLO))]) is wanted


def test_a_hello_in_two_datagrams_is_waited_for():
    match = matcher("quic sni a.example")
    first, second = initial(crypto(HELLO[:20])), initial(crypto(HELLO[20:], 20), number=1)
    with pytest.raises(NeedMore) as more:
        match(Peek(first, udp(), (first,)))
    assert more.value.committed
    assert says_to_datagrams(match, [first, second]) is True
    assert says_to_datagrams(match, [second, first]) is True


def test_only_datagrams_match():
    assert says(matcher("quic"), initial(crypto(HELLO)), tcp()) is False


def test_sets_placeholders():
    cx = udp()
    assert says_to_datagrams(matcher("quic"), [initial(crypto(HELLO))], cx) is True
    assert cx.expand("{l4.quic.tls.server_name} {l4.quic.tls.version} {l4.quic.version}") == (
        "a.example tls1.3 v1"
    )


def test_syntax():
    assert plain("quic {\nsni a\nalpn h3\n}") == {"quic": {"alpn": ["h3"], "sni": ["a"]}}
    assert "getting matcher module 'bogus'" in complaint("quic bogus")
