"""The relay by itself, between pairs of sockets."""

import os
import socket
from contextlib import suppress

import pytest

from caddylite.runtime import pipes, relay
from caddylite.runtime.relay import join
from caddylite.runtime.sweep import Sweeper
from caddylite.runtime.watch import IN, OUT


class Watch:
    """Remembers masks; ``turn`` tells the handlers what is ready."""

    def __init__(self):
        self.masks, self.handlers = {}, {}

    def add(self, fd, mask, handler):
        self.masks[fd], self.handlers[fd] = mask, handler

    def change(self, fd, mask):
        assert fd in self.masks
        self.masks[fd] = mask

    replace = add

    def remove(self, fd):
        self.masks.pop(fd, None)
        self.handlers.pop(fd, None)

    forget = remove

    def turn(self, rounds=50):
        import select

        for _ in range(rounds):
            poll = select.poll()
            for fd, mask in self.masks.items():
                poll.register(fd, mask)
            events = poll.poll(0)
            if not events:
                return
            for fd, event in events:
                handler = self.handlers.get(fd)
                if handler is not None:
                    handler.ready(event)


class Owner:
    def __init__(self):
        self.ended = []

    def relayed(self, first, second):
        self.ended.append((first, second))


@pytest.fixture
def pair():
    """A client and a server with a relay between them."""
    watch, owner = Watch(), Owner()
    ends = [tcp_pair() for _ in range(2)]
    (client, first), (server, second) = ends
    a, b = plain(first), plain(second)
    side = join(a, a.fileno(), b, watch, owner)
    yield client, server, watch, owner, side
    side.finish()
    client.close()
    server.close()
    pipes.drop_all()


def tcp_pair():
    listener = socket.create_server(("127.0.0.1", 0))
    a = socket.create_connection(listener.getsockname())
    b, _ = listener.accept()
    listener.close()
    a.setblocking(False)
    return a, b


def plain(sock):
    import _socket

    return _socket.socket(sock.family, sock.type, 0, sock.detach())


def read(sock, size=1 << 20):
    try:
        return sock.recv(size)
    except BlockingIOError:
        return None


def test_small_messages_are_copied_and_counted(pair):
    client, server, watch, owner, _side = pair
    client.send(b"ping")
    watch.turn()
    assert read(server) == b"ping"
    server.send(b"pongpong")
    watch.turn()
    assert read(client) == b"pongpong"
    client.close()
    server.close()
    watch.turn()
    assert owner.ended == [(4, 8)]
    assert watch.masks == {}


def fill(sock, watch, size):
    sent = 0
    for _ in range(2000):
        with suppress(BlockingIOError):
            sent += sock.send(bytes(min(1 << 18, size - sent)))
        watch.turn(4)
        if sent >= size:
            break
    return sent


def test_bulk_goes_through_a_pipe_and_back_to_copying(pair):
    client, server, watch, _, side = pair
    spliced = 0
    got = sent = 0
    for _ in range(200):
        with suppress(BlockingIOError):
            sent += server.send(bytes(1 << 18))
        watch.turn(8)
        spliced += side.peer.pipe is not None
        got += len(read(client) or b"")
    assert spliced
    while got < sent:
        watch.turn(8)
        got += len(read(client) or b"")
    server.send(b"x" * 100)
    watch.turn()
    assert got == sent
    assert read(client) == b"x" * 100
    assert side.peer.pipe is None


def test_a_pipe_with_bytes_inside_is_never_used_again(pair):
    client, server, watch, _owner, side = pair
    pipes.drop_all()
    fill(server, watch, 8 << 20)  # the client does not read: a pipe fills
    assert side.peer.in_pipe > 0
    reader = side.peer.pipe[0]
    client.close()
    watch.turn()
    side.finish()
    assert pipes._free == []
    with pytest.raises(OSError, match="descriptor"):
        os.fstat(reader)


def test_without_pipes_bulk_is_copied(pair, monkeypatch):
    client, server, watch, _, _side = pair
    monkeypatch.setattr(pipes, "take", lambda: None)
    got = sent = 0
    for _ in range(100):
        with suppress(BlockingIOError):
            sent += server.send(bytes(1 << 18))
        watch.turn(8)
        got += len(read(client) or b"")
    for _ in range(1000):
        if got == sent:
            break
        watch.turn(8)
        got += len(read(client) or b"")
    assert got == sent


def test_a_small_pipe_is_not_taken(monkeypatch):
    import fcntl

    pipes.drop_all()

    def refuse(*_):
        raise OSError(1, "over the limit")

    monkeypatch.setattr(fcntl, "fcntl", refuse)
    assert pipes.take() is None


@pytest.mark.parametrize("splice", [True, False])
def test_one_buffer_is_held_for_a_side_that_does_not_read(pair, monkeypatch, splice):
    monkeypatch.setattr(relay, "_CAN_SPLICE", splice)
    _client, server, watch, _, side = pair
    fill(server, watch, 64 << 20)
    up = side.peer
    assert up.stuck
    assert not watch.masks[up.fd] & IN
    assert watch.masks[side.fd] & OUT
    assert up.in_pipe + len(up.left or b"") <= pipes.PIPE_SIZE


def test_left_over_bytes_go_out_first():
    watch, owner = Watch(), Owner()
    (client, first), (server, second) = tcp_pair(), tcp_pair()
    a, b = plain(first), plain(second)
    side = join(a, a.fileno(), b, watch, owner, left=b"left")
    client.send(b" then this")
    watch.turn()
    assert read(server) == b"left then this"
    side.finish()
    client.close()
    server.close()


def test_what_a_broken_server_had_sent_still_arrives(pair):
    client, server, watch, owner, side = pair
    sent = fill(server, watch, 4 << 20)
    while True:
        try:
            sent += server.send(bytes(4096))
        except BlockingIOError:
            break
    client.send(b"unread")
    watch.turn()
    server.close()  # with an unread byte: a reset
    got = 0
    for _ in range(5000):
        watch.turn(8)
        data = read(client)
        if data == b"":
            break
        got += len(data or b"")
    # What still was in the server's own kernel is gone with the reset; nothing else is.
    assert got >= side.peer.count if side.peer else got > 1 << 20
    assert side.lingering or owner.ended


class House:
    def __init__(self, *sides):
        flows = {type("Flow", (), {"relay": side})() for side in sides}
        self.connections = [type("Connections", (), {"active": flows})()]


def test_the_sweep_ends_what_does_not_move(pair):
    client, server, watch, owner, side = pair
    sweeper = Sweeper(House(side), write_timeout=10.0, every=5.0)
    fill(server, watch, 64 << 20)
    for _ in range(2):
        sweeper.sweep()
    before = side.peer.passed
    while side.peer.passed == before:
        read(client, 1 << 16)
        watch.turn()
    fill(server, watch, 64 << 20)
    for _ in range(2):
        sweeper.sweep()  # it had moved in between
    assert not owner.ended
    sweeper.sweep()
    assert owner.ended


def test_the_sweep_leaves_idle_relays_alone_unless_told(pair):
    client, _server, watch, owner, side = pair
    for _ in range(100):
        Sweeper(House(side), every=5.0).sweep()
    assert not owner.ended
    assert side.sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    idle = Sweeper(House(side), idle=10.0, every=5.0)
    client.send(b"x")
    watch.turn()
    for _ in range(2):
        idle.sweep()
    assert not owner.ended
    idle.sweep()
    assert owner.ended


def test_the_sweep_ends_lingering(pair):
    client, server, watch, owner, side = pair
    client.send(b"POST")
    watch.turn()
    server.send(b"413")
    server.close()
    watch.turn()
    assert read(client) == b"413"
    assert side.lingering
    for _ in range(3):
        client.send(b"and more")
        watch.turn()
        Sweeper(House(side), every=5.0).sweep()
    assert owner.ended
