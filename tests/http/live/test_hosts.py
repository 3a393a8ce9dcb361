"""What is remembered of upstreams."""

from caddylite.http.handlers.reverse_proxy import Upstream as UpstreamIR
from caddylite.http.live.proxy.hosts import Host, Hosts
from caddylite.http.live.proxy.upstreams import Failures, Upstream
from caddylite.http.reverse_proxy.health_checks import PassiveHealthChecks
from caddylite.values import Duration
from tests.http.live.support import House


def test_handlers_share_what_they_know_of_an_address():
    hosts = Hosts()
    one, two = (Upstream(UpstreamIR(dial="h:1"), None, hosts.named("h:1")) for _ in range(2))
    one.host.requests += 1
    assert two.requests == 1
    del one, two
    assert hosts.named("h:1").requests == 0


def test_what_a_source_found_is_remembered_for_an_hour():
    hosts = Hosts()
    hosts.found("h:1", 0.0).fails = 3
    hosts.found("h:2", 0.0).fails = 4
    assert hosts.found("h:1", 3000.0).fails == 3
    hosts.found("h:3", 3700.0)
    assert hosts.found("h:1", 3700.0).fails == 3
    assert hosts.found("h:2", 3700.0).fails == 0


def test_at_the_end_of_its_config_a_failure_is_forgotten():
    house, host = House(), Host()
    failures = Failures(PassiveHealthChecks(fail_duration=Duration(10_000_000_000)), house)
    failures.count(host)
    house.reactor.advance(9)
    failures.count(host)
    house.reactor.advance(1)
    assert host.fails == 1
    for stop in house.stops:
        stop()
    assert host.fails == 0
    assert not house.reactor.getDelayedCalls()
