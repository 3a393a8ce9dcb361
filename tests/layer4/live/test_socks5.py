"""The SOCKS server against clients made by hand, on all carriages."""

import socket
import struct
from contextlib import suppress

import pytest

from caddylite.codec import from_plain
from caddylite.errors import ConfigError
from caddylite.layer4.config import Layer4
from caddylite.layer4.live.socks5_udp import MOST_DESTINATIONS
from caddylite.wire import socks5 as wire
from tests.runtime.udp.datagrams import Datagrams
from tests.runtime.world import CARRIAGES, World, open_descriptors


@pytest.fixture(params=CARRIAGES)
def world(request, tmp_path):
    made = World(request.param, tmp_path)
    yield made
    made.close()


@pytest.fixture
def net(world):
    made = Datagrams(world)
    yield made
    made.close()


def serve(world, **options):
    return world.serve({"handle": [{"handler": "socks5", **options}]})


def exactly(world, sock, size: int) -> bytes:
    """Receive so many bytes and no more."""
    out = b""

    def take() -> bool:
        nonlocal out
        with suppress(BlockingIOError):
            out += sock.recv(size - len(out))
        return len(out) == size

    world.turn(take)
    return out


def request(command: int, host: str, port: int) -> bytes:
    try:
        address = b"\1" + socket.inet_aton(host)
    except OSError:
        address = b"\3" + bytes((len(host),)) + host.encode()
    return bytes((5, command, 0)) + address + struct.pack(">H", port)


def ask(world, where, message: bytes) -> tuple[socket.socket, bytes]:
    """Greet and ask at once, as impatient clients do; return the reply (to an IPv4 request)."""
    client = world.client(where)
    world.send(client, b"\5\1\0" + message)
    assert exactly(world, client, 2) == b"\5\0"
    return client, exactly(world, client, 10)


def test_connect(world):
    up = world.backend()
    client, reply = ask(world, serve(world), request(wire.CONNECT, "127.0.0.1", up.port) + b"hi")
    stream = up.take()
    assert reply == wire.reply(0, stream.getpeername())
    assert world.receive(stream, 2) == b"hi"
    world.send(stream, b"answer")
    assert world.receive(client, 6) == b"answer"
    stream.close()
    assert world.closed(client)


def test_messages_may_come_byte_by_byte(world):
    up = world.backend()
    client = world.client(serve(world, credentials={"bob": "pw"}))
    for byte in b"\5\2\0\2\1\3bob\2pw" + request(wire.CONNECT, "127.0.0.1", up.port):
        world.send(client, bytes((byte,)))
        world.rest(0.002)
    assert exactly(world, client, 4) == b"\5\2\1\0"
    assert exactly(world, client, 10)[:2] == b"\5\0"


def test_a_name_is_looked_up_by_us_and_each_address_tried(world):
    up = world.backend()
    world.names.known["up.test"] = ["127.0.0.1"]
    message = request(wire.CONNECT, "up.test", up.port)
    _, reply = ask(world, serve(world), message)
    assert reply[1] == wire.SUCCEEDED
    assert world.names.asked == ["up.test"]
    up.take()


def test_a_refused_connection_is_said(world):
    dead = world.backend(dead=True)
    client, reply = ask(world, serve(world), request(wire.CONNECT, "127.0.0.1", dead.port))
    assert reply == wire.reply(wire.REFUSED)
    assert world.closed(client)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (request(wire.CONNECT, "nowhere.test", 1), wire.HOST_UNREACHABLE),
        (request(wire.BIND, "127.0.0.1", 1), wire.NOT_ALLOWED),
        (request(9, "127.0.0.1", 1), wire.COMMAND_NOT_SUPPORTED),
        (b"\5\1\0\7\0\0\0\0\0\0", wire.ADDRESS_NOT_SUPPORTED),
    ],
)
def test_what_cannot_be_done_is_said(world, message, code):
    client, reply = ask(world, serve(world), message)
    assert reply == wire.reply(code)
    assert world.closed(client)


@pytest.mark.parametrize(
    ("commands", "command", "code"),
    [
        (["BIND"], wire.BIND, wire.COMMAND_NOT_SUPPORTED),
        (["bind"], wire.CONNECT, wire.NOT_ALLOWED),
        (["CONNECT"], wire.ASSOCIATE, wire.NOT_ALLOWED),
    ],
)
def test_commands(world, commands, command, code):
    client, reply = ask(world, serve(world, commands=commands), request(command, "127.0.0.1", 1))
    assert reply == wire.reply(code)
    assert world.closed(client)


@pytest.mark.parametrize(
    ("given", "verdict"),
    [(b"\3bob\2pw", 0), (b"\3bob\2px", 1), (b"\3eve\2pw", 1), (b"\3eve\0", 1), (b"\0\0", 1)],
)
def test_credentials(world, given, verdict):
    client = world.client(serve(world, credentials={"bob": "pw", "": "x"}))
    world.send(client, b"\5\2\0\2\1" + given)
    assert exactly(world, client, 4) == bytes((5, 2, 1, verdict))
    if verdict:
        assert world.closed(client)


def test_no_method_in_common(world):
    client = world.client(serve(world, credentials={"bob": "pw"}))
    world.send(client, b"\5\1\0")
    assert world.receive(client) == b"\5\xff"


def test_another_protocol_is_closed(world):
    client = world.client(serve(world))
    world.send(client, b"GET / HTTP/1.1\r\n\r\n")
    assert world.closed(client)


def test_a_client_that_leaves_while_its_name_is_looked_up(world):
    world.names.later = []
    client = world.client(serve(world))
    world.send(client, b"\5\1\0" + request(wire.CONNECT, "slow.test", 1))
    world.turn(lambda: world.names.later)
    client.close()
    world.rest(0.02)
    for answer in world.names.later:
        answer()
    world.turn(world.idle)


def test_an_unknown_command_is_a_mistake_in_the_config(world):
    serve(world)
    handler = {"handler": "socks5", "commands": ["CONNECT", "LISTEN"]}
    app = {"servers": {"s": {"listen": [":0"], "routes": [{"handle": [handler]}]}}}
    with pytest.raises(ConfigError, match='unknown command "LISTEN" has to be one of'):
        world.maker.layer4(from_plain(Layer4, app))


# Datagrams.


def associate(world, where, port: int = 0) -> tuple[socket.socket, tuple[str, int]]:
    client, reply = ask(world, where, request(wire.ASSOCIATE, "0.0.0.0", port))
    assert reply[:4] == b"\5\0\0\1"
    return client, (socket.inet_ntoa(reply[4:8]), int.from_bytes(reply[8:], "big"))


def head(backend) -> bytes:
    return b"\0\0\0\1\x7f\0\0\1" + struct.pack(">H", backend.sock.getsockname()[1])


def test_datagrams_are_relayed_both_ways(world, net):
    a, b = net.backend(), net.backend()
    before = open_descriptors()
    client, where = associate(world, serve(world))
    assert where[0] == "127.0.0.1"
    sock = net.client(where)
    for up in (a, b, a):
        sock.send(head(up) + b"query")
        data, sender = up.take()
        assert data == b"query"
        up.sock.sendto(b"answer", sender)
        assert net.receive(sock) == head(up) + b"answer"
    client.close()
    world.turn(world.idle)
    for shut in reversed(world.open[1:]):
        shut()
    sock.close()
    world.rest(0.02)
    assert open_descriptors() <= before + 1  # the listener


def test_a_destination_by_name(world, net):
    up = net.backend()
    world.names.known["up.test"] = ["127.0.0.1"]
    world.names.later = []
    _, where = associate(world, serve(world))
    sock = net.client(where)
    named = b"\0\0\0\3\x07up.test" + head(up)[-2:]
    for piece in (b"one", b"two"):
        sock.send(named + piece)
    world.turn(lambda: world.names.later)
    world.rest(0.02)
    world.names.later[0]()
    assert [up.take()[0] for _ in range(2)] == [b"one", b"two"]
    assert world.names.asked == ["up.test"]


def test_only_the_client_may_send(world, net):
    up = net.backend()
    _, where = associate(world, serve(world))
    net.client(where, bind=("127.0.0.2", 0)).send(head(up) + b"x")
    assert up.untouched()


def test_a_client_that_names_its_port_is_held_to_it(world, net):
    up = net.backend()
    port = net.backend().sock.getsockname()[1]
    _, where = associate(world, serve(world), port)
    net.client(where).send(head(up) + b"x")
    assert up.untouched()


def test_nonsense_and_fragments_are_dropped(world, net):
    up = net.backend()
    _, where = associate(world, serve(world))
    sock = net.client(where)
    for data in (b"", b"nonsense", b"\0\0\1" + head(up)[3:] + b"x"):
        sock.send(data)
    sock.send(head(up) + b"good")
    assert up.take()[0] == b"good"


def test_destinations_are_bounded(world, net):
    up = net.backend()
    _, where = associate(world, serve(world))
    sock = net.client(where)
    before = open_descriptors()
    for i in range(MOST_DESTINATIONS + 20):
        sock.send(b"\0\0\0\1\x7f\0\0" + bytes((i + 1,)) + b"\0\x09x")
        world.rest(0.001)
    world.rest(0.02)
    assert open_descriptors() - before <= MOST_DESTINATIONS
    sock.send(head(up) + b"good")
    assert up.take()[0] == b"good"


def test_bind_ip_is_where_datagrams_come(world):
    _, where = associate(world, serve(world, bind_ip="127.0.0.5"))
    assert where[0] == "127.0.0.5"


def test_an_address_that_is_not_ours(world):
    _, reply = ask(world, serve(world, bind_ip="192.0.2.1"), request(wire.ASSOCIATE, "0.0.0.0", 0))
    assert reply == wire.reply(wire.FAILURE)
