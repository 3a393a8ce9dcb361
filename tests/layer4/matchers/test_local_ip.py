import pytest

from caddylite.layer4.matching import Connection
from tests.layer4.clients import complaint, matcher, plain, says, unusable


def at(host):
    return Connection(local=(host, 5))


@pytest.mark.parametrize(
    ("ranges", "host", "wanted"),
    [
        ("192.0.2.7", "192.0.2.7", True),
        ("192.0.2.7", "192.0.2.8", False),
        ("192.0.2.0/24 2001:db8::/32", "2001:db8::1", True),
        ("0.0.0.0/0", "::1", False),
        ("private_ranges", "10.1.2.3", True),
        ("private_ranges", "::1", True),
        ("private_ranges", "8.8.8.8", False),
        ("fe80::/10", "fe80::1%eth0", False),
    ],
)
def test_ranges(ranges, host, wanted):
    assert says(matcher(f"local_ip {ranges}"), b"", at(host)) is wanted


def test_a_unix_socket_has_no_address():
    assert says(matcher("local_ip 0.0.0.0/0"), b"", Connection(local="/run/x.sock")) is False


def test_placeholders_are_expanded_once_when_the_config_is_loaded(monkeypatch):
    monkeypatch.setenv("RANGE", "192.0.2.0/24")
    match = matcher("local_ip {env.RANGE}")
    monkeypatch.setenv("RANGE", "10.0.0.0/8")
    assert says(match, b"", at("192.0.2.1")) is True


def test_syntax():
    assert plain("local_ip 1.2.3.4 10.0.0.0/8") == {
        "local_ip": {"ranges": ["1.2.3.4", "10.0.0.0/8"]}
    }
    assert plain("local_ip private_ranges")["local_ip"]["ranges"][0] == "192.168.0.0/16"
    assert complaint("local_ip") == (
        "wrong argument count or unexpected line ending after 'local_ip', at Caddyfile:2"
    )
    assert unusable("local_ip x") == (
        "invalid IP address: 'x': ParseAddr(\"x\"): unable to parse IP"
    )
