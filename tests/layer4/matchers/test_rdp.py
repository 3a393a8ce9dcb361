import pytest

from caddylite.layer4.matching import NeedMore, Peek
from tests.layer4.clients import complaint, matcher, plain, says, settles, tcp, unusable
from tests.wire.requests import NEGOTIATION, correlation, rdp_request, token

COOKIE = rdp_request(b"Cookie: mstshash=alice\r\n" + NEGOTIATION)
TOKEN = rdp_request(token(b"Cookie: msts=3640205228.15629.0000") + NEGOTIATION)
CUSTOM = rdp_request(b"tsv://MS Terminal Services Plugin.1.x\r\n" + NEGOTIATION)


@pytest.mark.parametrize(
    ("options", "message", "wanted"),
    [
        ("cookie_hash alice", COOKIE, True),
        ("cookie_hash bob", COOKIE, False),
        ("cookie_hash alice", CUSTOM, False),
        ("cookie_hash_regexp ^a.*e$", COOKIE, True),
        ("cookie_ip 172.31.249.216", TOKEN, True),
        ("cookie_ip private_ranges\ncookie_port 3389", TOKEN, True),
        ("cookie_port 3390", TOKEN, False),
        ("cookie_ip 10.0.0.0/8", TOKEN, False),
        ("cookie_ip 0.0.0.0/0", COOKIE, False),
        ("custom_info_regexp ^tsv://", CUSTOM, True),
        ("custom_info x", CUSTOM, False),
        ("custom_info_regexp .*", COOKIE, False),
    ],
)
def test_options(options, message, wanted):
    assert settles(matcher(f"rdp {{\n{options}\n}}"), message, wanted)


def test_sets_placeholders():
    cx = tcp()
    match = matcher("rdp")
    for message in (COOKIE, TOKEN, CUSTOM, rdp_request(correlation(bytes(range(1, 13)) * 2))):
        says(match, message, cx)
    assert cx.expand("{l4.rdp.cookie_hash} {l4.rdp.cookie_ip}:{l4.rdp.cookie_port}") == (
        "alice 172.31.249.216:3389"
    )
    assert cx.expand("{l4.rdp.custom_info}").startswith("tsv://")
    assert cx.expand("{l4.rdp.correlation_id}") == "AQIDBAUGBwgJCgsMAQIDBA=="


def test_commits_with_both_headers():
    with pytest.raises(NeedMore) as more:
        matcher("rdp")(Peek(COOKIE[:11]))
    assert more.value.committed
    with pytest.raises(NeedMore) as more:
        matcher("rdp")(Peek(COOKIE[:10]))
    assert not more.value.committed


def test_syntax():
    assert plain("rdp {\ncookie_ip 1.2.3.4\ncookie_port 1 2\n}") == {
        "rdp": {"cookie_ips": ["1.2.3.4"], "cookie_ports": [1, 2]}
    }
    assert "rdp option 'custom_info' can't be combined with other options" in (
        complaint("rdp {\ncookie_hash a\ncustom_info b\n}")
    )
    assert "rdp option 'cookie_ip' can only be combined with 'cookie_port' option" in (
        complaint("rdp {\ncookie_hash a\ncookie_ip b\n}")
    )
    assert "duplicate rdp option 'cookie_hash_regexp'" in (
        complaint("rdp {\ncookie_hash a\ncookie_hash_regexp b\n}")
    )
    assert unusable("rdp {\ncookie_ip x\n}").startswith("invalid IP address: 'x'")
