"""An upstream with several addresses gets everything several times."""

import socket

from tests.runtime.test_tree import reset


def both(world, **more):
    a, b = world.backend(), world.backend()
    handler = {"handler": "proxy", "upstreams": [{"dial": [a.dial, b.dial]}], **more}
    return a, b, world.serve({"handle": [handler]})


def test_what_the_client_sends_goes_to_all_and_all_may_answer(world):
    a, b, where = both(world)
    client = world.client(where)
    world.send(client, b"question")
    first, second = a.take(), b.take()
    assert world.receive(first, 8) == world.receive(second, 8) == b"question"
    world.send(first, b"one")
    assert world.receive(client, 3) == b"one"
    world.send(second, b"two")
    assert world.receive(client, 3) == b"two"
    client.shutdown(socket.SHUT_WR)
    assert world.receive(first) == world.receive(second) == b""
    first.close()
    world.rest(0.02)
    world.send(second, b"last")
    second.close()
    assert world.receive(client) == b"last"
    world.turn(world.idle)


def test_one_that_leaves_does_not_take_the_other_along(world):
    a, b, where = both(world)
    client = world.client(where)
    world.send(client, b"1")
    first, second = a.take(), b.take()
    world.receive(first, 1)
    reset(first)
    world.rest(0.05)
    world.send(client, b"2")
    assert world.receive(second, 2) == b"12"
    second.close()
    assert world.closed(client)
    client.close()
    world.turn(world.idle)


def test_all_must_be_there(world):
    _, b, where = both(world)
    b.sock.close()
    client = world.client(where)
    world.send(client, b"1")
    assert world.closed(client)
    error = world.said("handling connection")[0]["error"]
    assert error == f"dial tcp {b.dial}: connect: connection refused"


def test_a_slow_one_holds_the_client_up(world):
    a, b, where = both(world)
    client = world.client(where)
    world.send(client, b"1")
    first, second = a.take(), b.take()
    sent = 1
    for _ in range(300):
        try:
            sent += client.send(bytes(1 << 18))
        except BlockingIOError:
            world.reactor.iterate(0.001)
        try:
            first.recv(1 << 20)  # the second does not read
        except BlockingIOError:
            continue
    assert sent < 300 << 18
    got = 0
    while got < sent:
        got += len(world.receive(second, min(1 << 20, sent - got)))
        try:
            first.recv(1 << 20)
        except BlockingIOError:
            continue
    assert got == sent


def test_the_header_goes_to_each(world):
    a, b, where = both(world, proxy_protocol="v1")
    client = world.client(where)
    world.send(client, b"x")
    for up in (a.take(), b.take()):
        assert world.receive(up, 20).startswith(b"PROXY TCP4 127.0.0.1")


def test_names_are_looked_up_for_all(world):
    a, b = world.backend(), world.backend()
    world.names.known = {"a": ["127.0.0.1"], "b": ["127.0.0.1"]}
    handler = {"handler": "proxy", "upstreams": [{"dial": [f"a:{a.port}", f"b:{b.port}"]}]}
    client = world.client(world.serve({"handle": [handler]}))
    world.send(client, b"x")
    assert world.receive(a.take(), 1) == world.receive(b.take(), 1) == b"x"
