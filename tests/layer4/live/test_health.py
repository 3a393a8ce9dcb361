"""Active and passive checks of upstreams."""

from twisted.internet.task import Clock

from caddylite.layer4.live.health import HealthChecks
from caddylite.layer4.proxy.health import ActiveHealthChecks
from caddylite.values import Duration


class Peer:
    def __init__(self):
        self.healthy, self.passed_checks, self.failed_checks = True, 0, 0
        self.network, self.dial = object(), "x:1"


class Upstream:
    def __init__(self, peer):
        self.peers, self.via = [peer], self

    bind = None

    def find(self, peer, flow, then):
        then([type("Spot", (), {"family": 2, "address": ("x", 1), "datagrams": False})()], "")


class House:
    def __init__(self, outcomes):
        self.clock, self.outcomes, self.stops = Clock(), outcomes, []
        self.later = self.clock.callLater
        self.on_stop = self.stops.append

    def logger(self, name):
        return self

    def info(self, message, **fields):
        self.said = message

    def dial(self, target, protocol, timeout, bind=None):
        if self.outcomes.pop(0):
            protocol.makeConnection(type("T", (), {"loseConnection": lambda s: None})())
        else:
            protocol.connectionFailed("connection refused")


def run(outcomes, **options):
    house, peer = House(list(outcomes)), Peer()
    ir = ActiveHealthChecks(interval=Duration.parse("1s"), **options)
    HealthChecks(ir, [Upstream(peer)], house)
    out = []
    house.clock.advance(0)
    out.append(peer.healthy)
    while house.outcomes:
        house.clock.advance(1)
        out.append(peer.healthy)
    for stop in house.stops:
        stop()
    assert house.clock.getDelayedCalls() == []
    return out


def test_one_failure_and_one_success_are_enough():
    assert run([1, 0, 1]) == [True, False, True]


def test_fall_and_rise_are_counted_in_a_row():
    assert run([0, 0, 1, 0, 0, 0], fall=3) == [True, True, True, True, True, False]
    assert run([0, 1, 1, 0, 1, 1, 1], rise=3) == [False, False, False, False, False, False, True]


def test_a_sick_upstream_is_left_out_and_comes_back(fast_world):
    world = fast_world
    sick, well = world.backend(), world.backend()
    handler = {
        "handler": "proxy",
        "upstreams": [{"dial": [sick.dial]}, {"dial": [well.dial]}],
        "load_balancing": {"selection": {"policy": "first"}},
        "health_checks": {"active": {"interval": "20ms", "timeout": "1s"}},
    }
    where = world.serve({"handle": [handler]})
    address = sick.sock.getsockname()
    sick.sock.close()
    world.turn(lambda: bool(world.said("host is down")))
    client = world.client(where)
    world.send(client, b"x")
    while True:
        up = well.take()  # probes come along as well
        try:
            got = world.receive(up, 1, seconds=1)
        except AssertionError:
            continue
        if got == b"x":
            break
    import socket

    back = socket.create_server(address)
    world.turn(lambda: bool(world.said("host is up")))
    back.close()
    client.close()
    for call in world.house.stopping():
        call()


def test_its_clients_are_closed_if_the_config_says_so(world):
    up = world.backend()
    health = {"active": {"interval": "1h", "close_if_unhealthy": True}}
    where = world.serve({"handle": [up.proxy(health_checks=health)]})
    client = world.client(where)
    world.send(client, b"x")
    while True:
        server = up.take()
        if world.receive(server, 1) == b"x":
            break
    (stop,) = world.house._stops
    checks = stop.__self__
    checks.note(checks._pool[0].peers[0], "gone")
    assert world.closed(client)
    assert not checks.open
    for call in world.house.stopping():
        call()


def test_failures_of_real_connections_count_for_a_while(fast_world):
    world = fast_world
    dead, alive = world.backend(dead=True), world.backend()
    handler = {
        "handler": "proxy",
        "upstreams": [{"dial": [dead.dial]}, {"dial": [alive.dial]}],
        "load_balancing": {"selection": {"policy": "first"}},
        "health_checks": {"passive": {"fail_duration": "300ms", "max_fails": 1}},
    }
    where = world.serve({"handle": [handler]})
    first = world.client(where)
    assert world.closed(first)
    second = world.client(where)
    world.send(second, b"2")
    assert world.receive(alive.take(), 1) == b"2"
    world.rest(0.4)
    assert world.closed(world.client(where))


def test_max_connections_fill_an_upstream(world):
    small, big = world.backend(), world.backend()
    handler = {
        "handler": "proxy",
        "upstreams": [{"dial": [small.dial], "max_connections": 1}, {"dial": [big.dial]}],
        "load_balancing": {"selection": {"policy": "first"}},
    }
    where = world.serve({"handle": [handler]})
    first = world.client(where)
    world.send(first, b"1")
    server = small.take()
    world.rest(0.02)
    second = world.client(where)
    world.send(second, b"2")
    assert world.receive(big.take(), 1) == b"2"
    server.close()
    first.close()
    world.turn(lambda: len(world.entry.connections.active) == 1)
    third = world.client(where)
    world.send(third, b"3")
    assert world.receive(small.take(), 1) == b"3"


def test_a_port_for_checks_is_for_checks_only(fast_world):
    world = fast_world
    up, checked = world.backend(), world.backend()
    handler = up.proxy(health_checks={"active": {"interval": "1h", "port": checked.port}})
    where = world.serve({"handle": [handler]})
    checked.take()
    world.send(world.client(where), b"x")
    assert world.receive(up.take(), 1) == b"x"
    for call in world.house.stopping():
        call()


def test_checks_come_from_the_local_address(fast_world):
    world = fast_world
    up = world.backend()
    upstream = {"dial": [up.dial], "local_address": ["127.0.0.5"]}
    active = {"active": {"interval": "1h"}}
    world.serve(
        {"handle": [{"handler": "proxy", "upstreams": [upstream], "health_checks": active}]}
    )
    assert up.take().getpeername()[0] == "127.0.0.5"
    for call in world.house.stopping():
        call()
