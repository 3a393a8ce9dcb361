import pytest

from tests.layer4.clients import complaint, decides_after, matcher, plain, settles, unusable

CONNECT = bytes.fromhex("04010050c0000209") + b"user\0"


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ("commands CONNECT", True),
        ("commands BIND", False),
        ("commands bind connect", True),
        ("networks 192.0.2.0/24", True),
        ("networks private_ranges", False),
        ("ports 80 443", True),
        ("ports 443", False),
        ("ports 80\nnetworks 192.0.2.9\ncommands CONNECT", True),
    ],
)
def test_options(options, wanted):
    assert settles(matcher(f"socks4 {{\n{options}\n}}"), CONNECT, wanted)


def test_decides_as_early_as_it_can():
    assert decides_after(matcher("socks4"), CONNECT) == 8
    assert decides_after(matcher("socks4"), b"\x05\x01\x00") == 1
    assert decides_after(matcher("socks4 {\nports 1\n}"), CONNECT) == 4


def test_syntax():
    assert plain("socks4 {\nports 1 2\nports 3\ncommands A\n}") == {
        "socks4": {"commands": ["A"], "ports": [1, 2, 3]}
    }
    assert unusable("socks4 {\ncommands A\n}") == (
        'unknown command "A" has to be one of ["CONNECT", "BIND"]'
    )
    assert "value out of range" in complaint("socks4 {\nports 70000\n}")
    assert "malformed socks4 option 'ports': blocks are not supported" in (
        complaint("socks4 {\nports 1 {\nx\n}\n}")
    )
    assert "wrong argument count" in complaint("socks4 {\nbogus\n}")
