"""Sources of upstreams, with names that a test knows."""

import pytest
from twisted.internet.defer import Deferred

from caddylite.codec import from_plain
from caddylite.errors import ConfigError
from caddylite.http.live.proxy.hosts import Hosts
from caddylite.http.live.proxy.names import LookupFailed, Names, Service, in_order
from caddylite.http.live.proxy.resolv_conf import ResolvConf
from caddylite.http.live.proxy.sources import make_source
from caddylite.http.reverse_proxy.kinds import Resolver, UpstreamSource
from tests.http.live.http2_peer import outcome
from tests.http.live.support import House
from tests.http.live.test_policies import setting

SECOND = 1_000_000_000


class Known:
    """Answers from a list; remembers what it was asked."""

    def __init__(self, *answers):
        self.answers, self.asked = list(answers), []

    async def addresses(self, name, version):
        self.asked.append((name, version))
        answer = self.answers.pop(0)
        if isinstance(answer, Deferred):
            answer = await answer
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def services(self, name):
        return await self.addresses(name, "srv")


def source(ir, *answers, house=None):
    house = house or House()
    made = make_source(from_plain(UpstreamSource, ir), house)
    made._names = Known(*answers)
    return made, made._names, house


def find(made, **request):
    _, _, ex = setting(**request)
    return outcome(made.find(ex))


def found(made, **request):
    ((kind, value),) = find(made, **request)
    assert kind == "done", value
    return value


FAILED = LookupFailed("lookup n: no such host")
A = {"source": "a", "name": "n", "refresh": 10 * SECOND}
SRV = {"source": "srv", "name": "n", "service": "s", "proto": "tcp", "refresh": 10 * SECOND}


def test_addresses_are_kept_until_they_are_stale():
    made, names, house = source(A, ["192.0.2.1", "2001:db8::1"], ["192.0.2.2"])
    assert found(made) == ("192.0.2.1:80", "[2001:db8::1]:80")
    house.reactor.advance(9)
    assert found(made) == ("192.0.2.1:80", "[2001:db8::1]:80")
    house.reactor.advance(1)
    assert found(made) == ("192.0.2.2:80",)
    assert names.asked == [("n", "ip")] * 2


@pytest.mark.parametrize(
    ("versions", "asked"),
    [({}, "ip"), ({"ipv4": True}, "ip4"), ({"ipv6": True}, "ip6"), ({"ipv4": False}, "ip"),
     ({"ipv4": True, "ipv6": True}, "ip"), ({"ipv4": False, "ipv6": True}, "ip6")],
)  # fmt: skip
def test_versions(versions, asked):
    made, names, _ = source({**A, "versions": versions}, ["192.0.2.1"])
    found(made)
    assert names.asked == [("n", asked)]


def test_names_of_requests():
    ir = {"source": "a", "name": "{http.request.host}", "port": "{http.request.method}"}
    made, names, _ = source(ir, ["192.0.2.1"], ["192.0.2.2"])
    assert found(made, host="a", method="1") == ("192.0.2.1:1",)
    assert found(made, host="b", method="2") == ("192.0.2.2:2",)
    assert found(made, host="a", method="1") == ("192.0.2.1:1",)
    assert names.asked == [("a", "ip"), ("b", "ip")]


def test_a_hundred_names_are_remembered():
    ir = {"source": "a", "name": "{http.request.host}"}
    made, _names, _ = source(ir, *[["192.0.2.1"]] * 150)
    for number in range(150):
        found(made, host=f"h{number}")
    assert len(made._known) == 100


def test_one_asks_and_the_others_wait():
    answer = Deferred()
    made, names, _ = source(A, answer)
    asked = [find(made) for _ in range(3)]
    assert asked == [[], [], []]
    answer.callback(["192.0.2.1"])
    assert asked == [[("done", ("192.0.2.1:80",))]] * 3
    assert len(names.asked) == 1


def test_a_failure_is_not_kept():
    made, _names, _ = source(A, FAILED, ["192.0.2.1"])
    assert find(made) == [("failed", FAILED)]
    assert found(made) == ("192.0.2.1:80",)


SERVERS = [Service("h.", 8080, 1, 1), Service("g.", 81, 2, 1)]


def test_services_and_their_grace():
    made, names, house = source({**SRV, "grace_period": 30 * SECOND}, SERVERS, FAILED, SERVERS[:1])
    assert found(made) == ("h.:8080", "g.:81")
    house.reactor.advance(11)
    assert found(made) == ("h.:8080", "g.:81")
    assert house.log.records[-1][1:3] == ("error", "SRV lookup failed; using previously cached")
    house.reactor.advance(29)
    found(made)
    assert len(names.asked) == 2
    house.reactor.advance(2)
    assert found(made) == ("h.:8080",)
    assert names.asked == [("_s._tcp.n", "srv")] * 3


def test_without_grace_a_failure_is_one():
    made, _, house = source({**SRV, "dial_network": "tcp4"}, SERVERS, FAILED)
    assert found(made) == ("tcp4/h.:8080", "tcp4/g.:81")
    house.reactor.advance(11)
    assert find(made) == [("failed", FAILED)]


def test_services_are_asked_for_again_after_a_failed_attempt():
    made, _names, _ = source(SRV, SERVERS, SERVERS[1:])
    found(made)
    made.reset(setting()[2])
    assert found(made) == ("g.:81",)


def test_what_was_found_outlives_a_reload():
    house = House()
    house.hosts = Hosts()
    found(source(A, ["192.0.2.1"], house=house)[0])
    made, names, _ = source(A, house=house)
    assert found(made) == ("192.0.2.1:80",)
    assert not names.asked


def test_several_sources():
    house = House()
    ir = {"source": "multi", "sources": [{**A, "name": n} for n in "xyz"]}
    made = make_source(from_plain(UpstreamSource, ir), house)
    for each, answer in zip(made._sources, (FAILED, [], ["192.0.2.3"]), strict=True):
        each._names = Known(answer)
    assert found(made) == ("192.0.2.3:80",)
    assert [r[1:] for r in house.log.records if r[0].endswith("multi")] == [
        ("error", "upstream source returned error",
         {"source_idx": 0, "error": "lookup n: no such host"}),
        ("warn", "upstream source returned 0 upstreams", {"source_idx": 1}),
    ]  # fmt: skip


# Names.


def test_resolv_conf():
    conf = ResolvConf.read(
        "# x\nnameserver 192.0.2.1\nnameserver ::1\nsearch a.b. c\noptions x ndots:2 ndots:z\n"
    )
    assert conf == ResolvConf(("192.0.2.1", "::1"), ("a.b", "c"), 2)
    assert conf.names("n.m") == ["n.m.a.b", "n.m.c", "n.m"]
    assert conf.names("n.m.o") == ["n.m.o", "n.m.o.a.b", "n.m.o.c"]
    assert conf.names("n.") == ["n"]
    assert ResolvConf.read("").servers == ("127.0.0.1",)


def test_services_come_in_the_order_of_their_priority_and_weight():
    house = House()
    heavy, light = Service("h.", 1, 1, 90), Service("l.", 1, 1, 10)
    last, never = Service("z.", 1, 2, 0), Service("n.", 1, 2, 0)
    first = []
    for _ in range(500):
        order = in_order([last, light, never, heavy], house.random)
        assert order[2:] == [last, never]
        first.append(order[0])
    assert 400 < first.count(heavy) < 490


def test_addresses_are_taken_as_they_are():
    names = Names(None, 0.0, House())
    assert outcome(names.addresses("192.0.2.1", "ip4")) == [("done", ["192.0.2.1"])]
    ((kind, problem),) = outcome(names.addresses("192.0.2.1", "ip6"))
    assert (kind, str(problem)) == ("failed", "lookup 192.0.2.1: no suitable address")


def test_the_system_is_asked_where_no_server_is_named():
    house = House()

    class System:
        def lookup(self, host, then):
            then(*({"n": ([(2, "192.0.2.1"), (10, "::1")], "")}.get(host) or ([], "why")))

    house.resolver = System()
    names = Names(None, 0.0, house)
    assert outcome(names.addresses("n", "ip")) == [("done", ["192.0.2.1", "::1"])]
    assert outcome(names.addresses("n", "ip6")) == [("done", ["::1"])]
    assert str(outcome(names.addresses("m", "ip6"))[0][1]) == "why"


@pytest.mark.parametrize(
    ("address", "message"),
    [("192.0.2.1:53-54", "exactly one address"), ("unix//s", "only UDP and TCP")],
)
def test_addresses_of_name_servers(address, message):
    with pytest.raises(ConfigError, match=message):
        Names(Resolver((address,)), 0.0, House())
