"""How an upstream is chosen."""

from collections import Counter
from types import SimpleNamespace

import pytest

from caddylite.codec import from_plain
from caddylite.errors import ConfigError
from caddylite.http.handlers.reverse_proxy import Upstream as UpstreamIR
from caddylite.http.live.exchange import Exchange, Stream
from caddylite.http.live.http1_writer import Http1Writer
from caddylite.http.live.proxy.policies import chooser
from caddylite.http.live.proxy.upstreams import Failures, Target, Upstream, parse_target
from caddylite.http.live.serving import Serving
from caddylite.http.request import Headers, Request
from caddylite.http.reverse_proxy.health_checks import PassiveHealthChecks
from caddylite.http.reverse_proxy.kinds import SelectionPolicy
from caddylite.values import Duration
from caddylite.wire.http1 import Head
from tests.http.live.support import House

HEAD = Head("GET", "/", "1.1", "a", [], True, 0, False, False)


def setting(count=4, passive=None, **request):
    house = House()
    failures = Failures(passive, house) if passive is not None else None
    pool = [Upstream(UpstreamIR(dial=f"h{i}:80"), failures) for i in range(count)]
    request.setdefault("headers", Headers())
    writer = Http1Writer(SimpleNamespace(date=str), HEAD, lambda: False)
    ex = Exchange(Request(**request), Stream(0), writer, Serving(house), 0.0)
    return house, pool, ex


def choose(policy, times=1, prepare=None, **request):
    house, pool, ex = setting(**request)
    if prepare is not None:
        prepare(pool)
    pick = chooser(from_plain(SelectionPolicy, policy) if policy else None, house)
    picked = [pick(pool, ex) for _ in range(times)]
    return [p and int(p.dial[1]) for p in picked], ex


def down(*numbers):
    def prepare(pool):
        for number in numbers:
            pool[number].healthy = False

    return prepare


@pytest.mark.parametrize("policy", [None, {"policy": "random"}])
def test_random(policy):
    assert set(choose(policy, 100)[0]) == {0, 1, 2, 3}
    assert set(choose(policy, 100, down(1, 2))[0]) == {0, 3}


def test_first():
    assert choose({"policy": "first"}, 2, down(0))[0] == [1, 1]


def test_round_robin():
    assert choose({"policy": "round_robin"}, 5)[0] == [1, 2, 3, 0, 1]
    assert choose({"policy": "round_robin"}, 4, down(2))[0] == [1, 3, 0, 1]


def test_weights():
    policy = {"policy": "weighted_round_robin", "weights": [3, 1, 0, 0]}
    assert Counter(choose(policy, 8)[0]) == {0: 6, 1: 2}
    with pytest.raises(ConfigError, match="positive weight"):
        choose({"policy": "weighted_round_robin", "weights": [0]})


def test_least_conn():
    def busy(pool):
        for upstream, requests in zip(pool, (2, 1, 5, 1), strict=True):
            upstream.host.requests = requests

    assert set(choose({"policy": "least_conn"}, 50, busy)[0]) == {1, 3}
    assert set(choose({"policy": "random_choose", "choose": 4}, 50, busy)[0]) == {1, 3}


@pytest.mark.parametrize(
    ("policy", "same", "other"),
    [
        ({"policy": "ip_hash"}, {"remote": ("192.0.2.1", 1)}, "remote"),
        ({"policy": "client_ip_hash"}, {"client_ip": "192.0.2.1"}, "client_ip"),
        ({"policy": "uri_hash"}, {"raw_path": "/a", "query": "b"}, "raw_path"),
        ({"policy": "header", "field": "X-A"}, {"headers": Headers([("X-A", "1")])}, None),
        ({"policy": "header", "field": "Host"}, {"host": "a"}, "host"),
        ({"policy": "query", "key": "k"}, {"query": "k=1"}, "query"),
    ],
)
def test_hashes(policy, same, other):
    picked = choose(policy, 5, **same)[0]
    assert len(set(picked)) == 1
    if other is None:
        return
    found = set()
    for number in range(60):
        value = {"remote": (f"192.0.2.{number}", 1), "query": f"k={number}"}.get(
            other, f"/{number}"
        )
        found |= set(choose(policy, 1, **{**same, other: value})[0])
    assert found == {0, 1, 2, 3}


def test_a_hash_without_a_key_falls_back():
    policy = {"policy": "header", "field": "X-A", "fallback": {"policy": "first"}}
    assert choose(policy, 3)[0] == [0, 0, 0]


def test_most_keys_keep_their_upstream_when_one_goes():
    policy = {"policy": "client_ip_hash"}
    before = [choose(policy, client_ip=str(n))[0][0] for n in range(100)]
    after = [choose(policy, 1, down(3), client_ip=str(n))[0][0] for n in range(100)]
    assert all(b == a for b, a in zip(before, after, strict=True) if b != 3)


def test_a_cookie_remembers():
    policy = {"policy": "cookie", "name": "lb", "secret": "s", "max_age": 60_000_000_000}
    (first,), ex = choose(policy)
    cookie = ex.out.headers.get("Set-Cookie")
    assert cookie.endswith("; Path=/; Max-Age=60; HttpOnly; SameSite=Lax")
    headers = Headers([("Cookie", cookie.partition(";")[0])])
    again, ex = choose(policy, 5, headers=headers)
    assert again == [first] * 5
    assert "Set-Cookie" not in ex.out.headers


@pytest.mark.parametrize("name", ["random", "first", "round_robin", "least_conn", "ip_hash"])
def test_nobody_is_there(name):
    assert choose({"policy": name}, 1, down(0, 1, 2, 3))[0] == [None]


def test_an_upstream_that_failed_is_left_alone_for_a_while():
    passive = PassiveHealthChecks(fail_duration=Duration(10_000_000_000), max_fails=2)
    house, pool, _ = setting(1, passive)
    pool[0].failed()
    assert pool[0].available
    pool[0].failed()
    assert not pool[0].available
    house.reactor.advance(11)
    assert pool[0].available


def test_an_upstream_can_be_full():
    upstream = Upstream(UpstreamIR(dial="h:1", max_requests=2))
    upstream.host.requests = 2
    assert not upstream.available


@pytest.mark.parametrize(
    ("dial", "target"),
    [
        ("h:80", Target("tcp", "h", 80)),
        (":81", Target("tcp", "localhost", 81)),
        ("[::1]:82", Target("tcp", "::1", 82)),
        ("unix//run/s", Target("unix", "/run/s", 0)),
    ],
)
def test_addresses(dial, target):
    assert parse_target(dial) == target


@pytest.mark.parametrize("dial", ["udp/h:1", "h:1-2"])
def test_bad_addresses(dial):
    with pytest.raises(ValueError, match="dial: "):
        parse_target(dial)


def test_a_placeholder_in_an_address():
    _, _, ex = setting(headers=Headers([("Up", "h:9")]))
    upstream = Upstream(UpstreamIR(dial="{http.request.header.Up}"))
    assert upstream.target(ex) == Target("tcp", "h", 9)
