"""Connections to ourselves: to another server they may go, in a circle they may not."""

import pytest

from caddylite.errors import ConfigError
from caddylite.runtime.accept import Acceptor
from tests.layer4.routes import hello, request
from tests.runtime.test_tree import ECHO


def proxy(port, **more):
    return {"handler": "proxy", "upstreams": [{"dial": [f"127.0.0.1:{port}"]}], **more}


def free_port():
    import socket

    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


class Process:
    """Several servers of one config, on the ports they say."""

    def __init__(self, world, **servers):
        from caddylite.codec import from_plain
        from caddylite.layer4.config import Layer4
        from caddylite.runtime import listeners

        plain = {
            name: {"listen": [listen], "routes": list(routes)}
            for name, (listen, *routes) in servers.items()
        }
        self.entries = world.maker.layer4(from_plain(Layer4, {"servers": plain}))
        for entry in self.entries:
            sock = listeners.listen(entry.address)
            acceptor = Acceptor(sock, world.house, entry.start, entry.connections)
            world.open.append(acceptor.stop)

    def total(self):
        return sum(e.connections.total for e in self.entries)

    def idle(self):
        return not any(e.connections.active for e in self.entries)


def circle(world):
    (record,) = world.said("refused to dial")
    return record["error"]


@pytest.mark.parametrize("listen", ["", "0.0.0.0", "[::]"])
def test_a_server_that_is_its_own_upstream(fast_world, listen):
    world, port = fast_world, free_port()
    process = Process(world, a=(f"{listen}:{port}", {"handle": [proxy(port)]}))
    client = world.client(("127.0.0.1", port))
    world.send(client, b"x")
    assert world.closed(client)
    assert circle(world) == "a circle: the connection would come back to layer4/a"
    assert process.total() == 1


def test_by_name(fast_world):
    world, port = fast_world, free_port()
    handler = {"handler": "proxy", "upstreams": [{"dial": [f"me.lan:{port}"]}]}
    world.names.known = {"me.lan": ["127.0.0.1"]}
    process = Process(world, a=(f"127.0.0.1:{port}", {"handle": [handler]}))
    client = world.client(("127.0.0.1", port))
    world.send(client, b"x")
    assert world.closed(client)
    assert "come back to layer4/a" in circle(world)
    assert process.total() == 1


def test_two_servers_that_send_to_each_other(fast_world):
    world, one, two = fast_world, free_port(), free_port()
    process = Process(
        world,
        a=(f"127.0.0.1:{one}", {"handle": [proxy(two)]}),
        b=(f"127.0.0.1:{two}", {"handle": [proxy(one)]}),
    )
    client = world.client(("127.0.0.1", one))
    world.send(client, b"x")
    assert world.closed(client)
    assert "come back to layer4/a" in circle(world)
    assert process.total() == 2
    client.close()
    world.turn(process.idle)
    assert not world.house.ourselves.coming


@pytest.mark.parametrize("wrapped", [False, True])
def test_a_silent_client_does_not_start_a_circle(fast_world, wrapped):
    """Nothing is sent on connecting: whoever accepts it may be quicker than who connects."""
    world, one, two = fast_world, free_port(), free_port()
    handlers = [{"handler": "throttle"}] if wrapped else []
    process = Process(
        world,
        a=(f"127.0.0.1:{one}", {"handle": [*handlers, proxy(two)]}),
        b=(f"127.0.0.1:{two}", {"handle": [*handlers, proxy(one)]}),
    )
    client = world.client(("127.0.0.1", one))
    assert world.closed(client)
    assert "come back to layer4/a" in circle(world)
    assert process.total() == 2


def test_another_server_of_the_process_is_fine(fast_world):
    world, ports = fast_world, [free_port() for _ in range(3)]
    Process(
        world,
        a=(f":{ports[0]}", {"handle": [proxy(ports[1])]}),
        b=(f"127.0.0.1:{ports[1]}", {"handle": [proxy(ports[2])]}),
        c=(f"127.0.0.1:{ports[2]}", ECHO),
    )
    for _ in range(2):
        client = world.client(("127.0.0.1", ports[0]))
        world.send(client, b"through three")
        assert world.receive(client, 13) == b"through three"
    assert not world.said("refused to dial")


def test_other_bytes_may_come_to_the_same_server(fast_world):
    """What a handler has unwrapped goes another way there."""
    world, port = fast_world, free_port()
    unwrapping = {
        "match": [{"proxy_protocol": {}}],
        "handle": [{"handler": "proxy_protocol"}, proxy(port)],
    }
    Process(world, a=(f"127.0.0.1:{port}", unwrapping, ECHO))
    client = world.client(("127.0.0.1", port))
    world.send(client, b"PROXY TCP4 192.0.2.7 198.51.100.1 4000 443\r\nbody")
    assert world.receive(client, 4) == b"body"


def test_but_not_for_ever(fast_world):
    world, port = fast_world, free_port()
    process = Process(
        world, a=(f"127.0.0.1:{port}", {"handle": [proxy(port, proxy_protocol="v1")]})
    )
    client = world.client(("127.0.0.1", port))
    world.send(client, b"x")
    assert world.closed(client)
    assert circle(world) == "a circle: the connection has come through more than 8 servers"
    assert process.total() == 9
    client.close()
    world.turn(process.idle)


def test_several_upstreams_at_once(fast_world):
    world, port, up = fast_world, free_port(), fast_world.backend()
    handler = {"handler": "proxy", "upstreams": [{"dial": [up.dial, f"127.0.0.1:{port}"]}]}
    Process(world, a=(f":{port}", {"handle": [handler]}))
    client = world.client(("127.0.0.1", port))
    world.send(client, b"x")
    assert world.closed(client)
    assert "come back" in circle(world)
    assert up.untouched()


def test_a_unix_socket(fast_world, tmp_path):
    world, path = fast_world, tmp_path / "s"
    handler = {"handler": "proxy", "upstreams": [{"dial": [f"unix/{path}"]}]}
    Process(world, a=(f"unix/{path}", {"match": [{"http": []}], "handle": [handler]}))
    client = world.client(str(path))
    world.send(client, request("x"))
    assert world.closed(client)
    assert "come back" in circle(world)


def test_a_certain_circle_is_a_mistake_in_the_config(fast_world):
    port = free_port()
    with pytest.raises(ConfigError, match="is the address this server listens on"):
        Process(fast_world, a=(f"127.0.0.1:{port}", {"handle": [proxy(port)]}))


@pytest.mark.parametrize(
    "match", [{"remote_ip": {"ranges": ["192.0.2.0/24"]}}, {"not": [{"tls": {}}]}]
)
def test_it_is_not_certain_where_more_than_the_bytes_decides(fast_world, match):
    port = free_port()
    Process(fast_world, a=(f"127.0.0.1:{port}", {"match": [match], "handle": [proxy(port)]}))


def test_hello_is_forwarded_whole_to_our_own_server(fast_world):
    """The older scheme: layer 4 on the public port, our web server on another."""
    world, one, two = fast_world, free_port(), free_port()
    Process(
        world,
        a=(f":{one}", {"match": [{"tls": {}}], "handle": [proxy(two)]}),
        web=(f"127.0.0.1:{two}", ECHO),
    )
    client = world.client(("127.0.0.1", one))
    world.send(client, hello("a"))
    assert world.receive(client, len(hello("a"))) == hello("a")
