from collections import Counter
from random import Random

import pytest

from caddylite.errors import ConfigError
from caddylite.layer4.live.selection import fnv1a, make
from caddylite.layer4.matching import Connection


class Policy:
    def __init__(self, name, choose=0):
        self.name, self.choose = name, choose


class Upstream:
    def __init__(self, name, conns=0, weight=1, available=True):
        self.name, self.conns, self.weight, self.available = name, conns, weight, available


POOL = [Upstream("a"), Upstream("b"), Upstream("c")]
ALL = [
    "random",
    "first",
    "round_robin",
    "weighted_round_robin",
    "least_conn",
    "random_choose",
    "ip_hash",
]


def pick(policy, pool, count=1, remote="192.0.2.1"):
    select = make(Policy(policy), Random(7))
    chosen = [select(pool, Connection((remote, 1))) for _ in range(count)]
    return [u.name if u else None for u in chosen]


@pytest.mark.parametrize("policy", ALL)
def test_nobody_available(policy):
    assert pick(policy, [Upstream("a", available=False)]) == [None]
    assert pick(policy, []) == [None]


@pytest.mark.parametrize("policy", ALL)
def test_the_only_one_available(policy):
    pool = [Upstream("a", available=False), Upstream("b"), Upstream("c", available=False)]
    assert pick(policy, pool, 5) == ["b"] * 5


def test_first():
    assert pick("first", POOL, 3) == ["a", "a", "a"]


def test_round_robin_starts_with_the_second_as_caddy_does():
    assert pick("round_robin", POOL, 6) == ["b", "c", "a", "b", "c", "a"]


def test_random_reaches_all():
    assert set(pick("random", POOL, 100)) == {"a", "b", "c"}
    select = make(None, Random(1))
    assert select(POOL, Connection()) in POOL


def test_weights_are_kept_smoothly():
    pool = [Upstream("a", weight=5), Upstream("b", weight=1), Upstream("c", weight=1)]
    chosen = pick("weighted_round_robin", pool, 14)
    assert Counter(chosen) == {"a": 10, "b": 2, "c": 2}
    assert chosen[:7] == ["a", "a", "b", "a", "c", "a", "a"]


def test_least_conn():
    pool = [Upstream("a", conns=2), Upstream("b", conns=1), Upstream("c", conns=1)]
    assert set(pick("least_conn", pool, 50)) == {"b", "c"}


def test_random_choose_takes_the_less_busy_of_some():
    pool = [Upstream("a", conns=9), Upstream("b", conns=0)]
    assert set(pick("random_choose", pool, 20)) == {"b"}
    with pytest.raises(ConfigError, match="choose must be at least 2"):
        make(Policy("random_choose", 1), Random(1))


def test_ip_hash_keeps_a_client_where_it_is():
    for remote in ("192.0.2.1", "2001:db8::7", "10.1.2.3"):
        assert len(set(pick("ip_hash", POOL, 10, remote))) == 1
    spread = {pick("ip_hash", POOL, 1, f"192.0.2.{i}")[0] for i in range(50)}
    assert spread == {"a", "b", "c"}
    without = [u for u in POOL if u.name != pick("ip_hash", POOL)[0]]
    assert pick("ip_hash", without)[0] in {u.name for u in without}


def test_fnv1a():
    assert fnv1a("") == 0x811C9DC5
    assert fnv1a("foobar") == 0xBF9CF968
