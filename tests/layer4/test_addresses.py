import pytest

from caddylite.layer4.matching import Connection
from tests.layer4.clients import complaint, matcher, plain, says, unusable

#: A matcher of addresses, and what of a connection it looks at.
SIDES = {"local_ip": "local", "remote_ip": "remote"}


@pytest.fixture(params=SIDES)
def name(request):
    return request.param


def at(name, host):
    return Connection(**{SIDES[name]: (host, 5)})


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
def test_ranges(name, ranges, host, wanted):
    assert says(matcher(f"{name} {ranges}"), b"", at(name, host)) is wanted


def test_a_unix_socket_has_no_address(name):
    there = Connection(**{SIDES[name]: "/run/x.sock"})
    assert says(matcher(f"{name} 0.0.0.0/0"), b"", there) is False


def test_placeholders_are_expanded_once_when_the_config_is_loaded(name, monkeypatch):
    monkeypatch.setenv("RANGE", "192.0.2.0/24")
    match = matcher(f"{name} {{env.RANGE}}")
    monkeypatch.setenv("RANGE", "10.0.0.0/8")
    assert says(match, b"", at(name, "192.0.2.1")) is True


def test_syntax(name):
    assert plain(f"{name} 1.2.3.4 10.0.0.0/8") == {name: {"ranges": ["1.2.3.4", "10.0.0.0/8"]}}
    assert plain(f"{name} private_ranges")[name]["ranges"][0] == "192.168.0.0/16"
    assert complaint(name) == (
        f"wrong argument count or unexpected line ending after '{name}', at Caddyfile:2"
    )
    assert unusable(f"{name} x") == (
        "invalid IP address: 'x': ParseAddr(\"x\"): unable to parse IP"
    )
