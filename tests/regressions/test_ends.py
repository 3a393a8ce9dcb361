"""Ends of streams: each side may end first, over every kind of socket (caddy-l4#40, #44, #73)."""

import socket

import pytest


@pytest.mark.parametrize("first", ["client", "server"])
@pytest.mark.parametrize(
    ("here", "there"), [("tcp", "tcp"), ("tcp", "unix"), ("unix", "tcp"), ("unix", "unix")]
)
def test_a_half_close_is_passed_on_and_the_other_half_lives(world, tmp_path, here, there, first):
    up = world.backend(unix=tmp_path / "up" if there == "unix" else None)
    where = world.serve({"handle": [up.proxy()]}, unix=tmp_path / "in" if here == "unix" else None)
    client = world.client(where)
    world.send(client, b"hello")
    server = up.take()
    assert world.receive(server, 5) == b"hello"
    one, other = (client, server) if first == "client" else (server, client)
    world.send(one, b"last words")
    one.shutdown(socket.SHUT_WR)
    assert world.receive(other) == b"last words"
    world.rest(0.02)
    world.send(other, b"an answer of some length" * 5000)
    other.shutdown(socket.SHUT_WR)
    assert world.receive(one) == b"an answer of some length" * 5000
    world.turn(world.idle)


def test_stopping_ends_what_is_still_open(world):
    """caddy-l4#258: a proxied SSH session kept the program from ending."""
    up = world.backend()
    client = world.client(world.serve({"handle": [up.proxy()]}))
    world.send(client, b"SSH-2.0-long\r\n")
    server = up.take()
    world.receive(server, 14)
    for flow in tuple(world.entry.connections.active):
        flow.abort("shutting down")
    assert world.closed(client)
    assert world.closed(server)
    world.turn(world.idle)
