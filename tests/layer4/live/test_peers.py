"""What a program knows of the addresses it dials."""

import gc
import socket

import pytest

from caddylite.errors import ConfigError
from caddylite.layer4.live.peers import Peer, Peers


def test_an_address_has_one_peer():
    peers = Peers()
    one = peers.at("127.0.0.1:80")
    assert peers.at("127.0.0.1:80") is one
    assert peers.at("127.0.0.1:81") is not one


def test_a_peer_that_nobody_names_is_forgotten():
    peers = Peers()
    one = peers.at("127.0.0.1:80")
    one.fails = 3
    del one
    gc.collect()
    assert peers.at("127.0.0.1:80").fails == 0


def test_a_literal_address_is_known_from_the_start():
    peer = Peer("udp/[::1]:53")
    assert (peer.family, peer.address, peer.datagrams) == (socket.AF_INET6, ("::1", 53), True)
    assert Peer("unix/@x").address == "\0x"
    assert Peer("example.com:80").spot is None
    assert Peer("{l4.tls.server_name}:443").network is None


def test_a_range_is_no_address():
    with pytest.raises(ConfigError, match="a:1-2: port ranges are currently not supported"):
        Peer("a:1-2")


def _shared(world, health_checks):
    dead = world.backend(dead=True)
    alive = world.backend()
    checks = {"passive": {"fail_duration": "10s"}}
    judge = world.serve({"handle": [dead.proxy(health_checks=health_checks)]})
    both = [{"dial": [dead.dial]}, {"dial": [alive.dial]}]
    first = {"selection": {"policy": "first"}}
    handler = {"handler": "proxy", "upstreams": both, "load_balancing": first}
    return judge, world.serve({"handle": [{**handler, "health_checks": checks}]}), alive


def test_failures_are_known_to_all_who_dial_an_address(fast_world):
    world = fast_world
    judge, other, alive = _shared(world, {"passive": {"fail_duration": "10s"}})
    assert world.closed(world.client(judge))
    world.send(world.client(other), b"x")
    assert world.receive(alive.take(), 1) == b"x"


def test_active_checks_are_for_all_who_dial_an_address(fast_world):
    world = fast_world
    _, other, alive = _shared(world, {"active": {"interval": "1h"}})
    world.turn(lambda: bool(world.said("host is down")))
    world.send(world.client(other), b"x")
    assert world.receive(alive.take(), 1) == b"x"
    for call in world.house.stopping():
        call()


def test_connections_count_while_they_are_being_made(world):
    """Many silent clients at once are spread, though none of their connections is made yet."""
    pool = [world.backend() for _ in range(3)]
    handler = {
        "handler": "proxy",
        "upstreams": [{"dial": [b.dial]} for b in pool],
        "load_balancing": {"selection": {"policy": "least_conn"}},
    }
    where = world.serve({"handle": [handler]})
    for _ in range(6):
        world.client(where)
    for backend in pool:
        backend.take()
        backend.take()
    assert all(b.untouched() for b in pool)


def test_a_connection_that_is_not_made_does_not_count(world):
    dead = world.backend(dead=True)
    where = world.serve({"handle": [dead.proxy(health_checks={"passive": {}})]})
    assert world.closed(world.client(where))
    assert world.house.peers.at(dead.dial).conns == 0
