"""How the addresses of upstreams are found."""

import socket

import pytest

from caddylite.layer4.live.peers import Peers
from caddylite.layer4.live.upstreams import Upstream
from caddylite.layer4.proxy.upstream import Upstream as UpstreamConfig
from caddylite.placeholders import Globals

FOUR, SIX = (socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")


class House:
    def __init__(self):
        self.globals, self.peers, self.resolver = Globals({}), Peers(), self

    def lookup(self, host, then):
        then([FOUR, SIX], "")


def found(dial, preference=""):
    upstream = Upstream(UpstreamConfig((dial,), resolver_preference=preference), House())
    out = []
    upstream.find(upstream.peers[0], None, lambda spots, why: out.append((spots, why)))
    ((spots, why),) = out
    return [s.address[0] for s in spots], why


@pytest.mark.parametrize(
    ("preference", "hosts"),
    [
        ("", ["192.0.2.1", "2001:db8::1"]),
        ("ipv4_first", ["192.0.2.1", "2001:db8::1"]),
        ("ipv6_first", ["2001:db8::1", "192.0.2.1"]),
        ("ipv4_only", ["192.0.2.1"]),
        ("ipv6_only", ["2001:db8::1"]),
    ],
)
def test_names(preference, hosts):
    assert found("example.com:80", preference) == (hosts, "")


def test_a_network_limits_the_family():
    assert found("tcp6/example.com:80") == (["2001:db8::1"], "")
    assert found("tcp6/example.com:80", "ipv4_only")[0] == []
    assert found("tcp4/[::1]:80") == ([], "address ::1: no suitable address")
    assert found("tcp4/127.0.0.1:80") == (["127.0.0.1"], "")


def test_only_one_family_is_wanted_of_literal_addresses_too():
    why = "resolver_preference ipv6_only but destination is IPv4 literal (127.0.0.1)"
    assert found("127.0.0.1:80", "ipv6_only") == ([], why)
    assert found("127.0.0.1:80", "ipv6_first") == (["127.0.0.1"], "")


def test_such_an_upstream_is_not_dialled(world):
    up = world.backend()
    handler = {
        "handler": "proxy",
        "upstreams": [{"dial": [up.dial], "resolver_preference": "ipv6_only"}],
    }
    assert world.closed(world.client(world.serve({"handle": [handler]})))
    assert up.untouched()
