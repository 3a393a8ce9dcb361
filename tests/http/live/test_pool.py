"""Idle connections to upstreams."""

from caddylite.http.live.proxy.connection import UpstreamConnection
from caddylite.http.live.proxy.pool import Pool
from caddylite.http.live.proxy.upstreams import Target
from tests.http.live.support import House, Wire

HERE, THERE = Target("tcp", "h", 1), Target("tcp", "h", 2)


def connection():
    made, wire = UpstreamConnection(), Wire()
    made.makeConnection(wire)
    return made, wire


def test_the_one_used_last_is_taken_first():
    pool = Pool(House())
    first, second = connection()[0], connection()[0]
    pool.give_back(HERE, "", first)
    pool.give_back(HERE, "", second)
    assert pool.take(THERE, "") is None
    assert pool.take(HERE, "other") is None
    assert pool.take(HERE, "") is second
    assert pool.take(HERE, "") is first
    assert pool.take(HERE, "") is None


def test_there_is_room_for_some():
    pool = Pool(House(), per_host=1, total=2)
    wires = []
    for target in (HERE, HERE, THERE, Target("tcp", "h", 3)):
        made, wire = connection()
        pool.give_back(target, "", made)
        wires.append(wire.aborted)
    assert wires == [False, True, False, True]


def test_what_is_idle_for_long_is_closed_by_one_timer():
    house = House()
    pool = Pool(house, idle_timeout=10)
    old, old_wire = connection()
    pool.give_back(HERE, "", old)
    house.reactor.advance(6)
    young, young_wire = connection()
    pool.give_back(HERE, "", young)
    assert len(house.reactor.getDelayedCalls()) == 1
    house.reactor.advance(5)
    assert (old_wire.aborted, young_wire.aborted) == (True, False)
    assert pool.take(HERE, "") is young
    house.reactor.advance(10)
    assert not house.reactor.getDelayedCalls()
    assert not young_wire.aborted


def test_one_that_dies_is_forgotten():
    pool = Pool(House())
    made, _ = connection()
    pool.give_back(HERE, "", made)
    made.connectionLost()
    assert pool.take(HERE, "") is None


def test_one_that_speaks_unasked_is_closed():
    made, wire = connection()
    made.dataReceived(b"HTTP/1.1 408 Too Late\r\n\r\n")
    assert wire.aborted


def test_the_end():
    house = House()
    pool = Pool(house)
    made, wire = connection()
    pool.give_back(HERE, "", made)
    pool.close()
    assert wire.aborted
    assert not house.reactor.getDelayedCalls()
