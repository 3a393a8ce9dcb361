import errno
import os

import pytest

from caddylite.runtime.connections import Connections
from tests.runtime.test_tree import ECHO


def test_running_out_of_descriptors_is_survived(fast_world, monkeypatch):
    world = fast_world
    where = world.serve(ECHO)
    acceptor = world.open[0].__self__
    accept, failures = acceptor._accept, []

    def fail():
        failures.append(1)
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    acceptor._accept = fail
    client = world.client(where)
    world.send(client, b"patient")
    world.turn(lambda: bool(failures))
    world.rest(0.05)
    assert len(failures) < 5  # it waits instead of spinning
    acceptor._accept = accept
    assert world.receive(client, 7) == b"patient"
    assert world.said("accepting is paused: out of descriptors or memory")


def test_a_client_that_is_gone_before_it_is_accepted(fast_world):
    from tests.runtime.test_tree import reset

    world = fast_world
    where = world.serve(ECHO)
    reset(world.client(where))
    client = world.client(where)
    world.send(client, b"x")
    assert world.receive(client, 1) == b"x"


def test_a_bug_in_a_stage_ends_that_connection_only(world):
    from caddylite.runtime.tree import Entry
    from tests.runtime.world import address

    def start(flow):
        if flow.data == b"bad":
            raise RuntimeError("a bug")
        flow.serve(__import__("caddylite.layer4.live.echo", fromlist=["x"]).EchoProtocol())

    connections = Connections(world.house, "layer4", "srv0")
    where = world.listen(Entry(address("127.0.0.1:0"), start, connections))
    good = world.client(where)
    world.send(good, b"good")
    assert world.receive(good, 4) == b"good"
    if world.carriage == "plain":
        return  # bytes come only after the start there
    bad = world.client(where)
    bad.send(b"bad")
    assert world.closed(bad)
    (record,) = world.said("handling connection")
    assert "a bug" in record["error"]
    world.send(good, b"still")
    assert world.receive(good, 5) == b"still"


def test_too_many_connections_are_turned_away(world):
    where = world.serve(ECHO)
    world.entry.connections.maximum = 1
    first, second = world.client(where), None
    world.send(first, b"1")
    assert world.receive(first, 1) == b"1"
    second = world.client(where)
    assert world.closed(second)
    assert world.entry.connections.refused == 1


def test_too_many_connections_in_matching_are_turned_away(world):
    where = world.serve({"match": [{"tls": {}}], "handle": [{"handler": "echo"}]})
    world.maker.builder.limits.max = 1
    first = world.client(where)
    world.turn(lambda: world.maker.builder.limits.waiting == 1)
    assert world.closed(world.client(where))
    first.close()
    world.turn(lambda: world.maker.builder.limits.waiting == 0)


@pytest.mark.parametrize("included", [True, False])
def test_one_record_at_info_where_the_config_asks_for_it(world, included):
    include = ("layer4.access",) if included else ()
    from caddylite.runtime.logs import Log

    world.house.logs.replace([Log(world._record, 20, include)])
    client = world.client(world.serve(ECHO))
    world.send(client, b"abc")
    world.receive(client, 3)
    client.close()
    world.turn(world.idle)
    records = world.said("handled connection")
    assert [(r["read"], r["written"]) for r in records] == ([(3, 3)] if included else [])
    assert not world.said("stopped handling connection; connection stats")
