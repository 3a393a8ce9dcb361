"""A whole config: listener wrappers in front of HTTP, start and stop."""

import socket

import pytest

from caddylite.adapt.compile import from_caddyfile
from caddylite.errors import ConfigError
from caddylite.runtime.service import Service
from tests.layer4.routes import hello, request

SHARED = """{
	admin off
	auto_https off
	servers {
		listener_wrappers {
			proxy_protocol {
				allow 127.0.0.0/8
			}
			layer4 {
				@vpn tls sni vpn.example
				route @vpn {
					proxy %s
				}
			}
		}
	}
}
http://127.0.0.1:0 {
	respond "from {remote_host}"
}
"""

ECHO = """{
	layer4 {
		%s {
			route {
				echo
			}
		}
	}
}
"""


def service(world, text):
    config, _ = from_caddyfile(text, "Caddyfile")
    made = Service(config, world.house)
    made.build()
    return made


def test_what_falls_through_layer4_reaches_http_with_the_clients_address(world):
    up = world.backend()
    made = service(world, SHARED % up.dial)
    (entry,) = made.entries
    assert entry.stages[:2] == ["proxy_protocol", "layer4"]
    where = world.listen(entry)
    vpn = world.client(where)
    world.send(vpn, hello("vpn.example"))
    assert world.receive(up.take(), len(hello("vpn.example"))) == hello("vpn.example")
    web = world.client(where)
    for piece in (b"PROXY TCP4 192.0.2.77 1.1.1.1 5 80\r\nGE", request("127.0.0.1")[2:]):
        world.send(web, piece)
        world.rest(0.02)
    web.shutdown(socket.SHUT_WR)
    answer = world.receive(web)
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(b"from 192.0.2.77")


def test_a_second_address_in_use_leaves_the_first_free(fast_world):
    taken = socket.create_server(("127.0.0.1", 0))
    free = socket.create_server(("127.0.0.1", 0))
    ports = free.getsockname()[1], taken.getsockname()[1]
    free.close()
    made = service(fast_world, ECHO % " ".join(f"127.0.0.1:{p}" for p in ports))
    with pytest.raises(ConfigError, match="address already in use"):
        made.start()
    socket.create_server(("127.0.0.1", ports[0])).close()
    taken.close()
    fast_world.entry = made.entries[0]


def started(world):
    port = socket.create_server(("127.0.0.1", 0))
    number = port.getsockname()[1]
    port.close()
    made = service(world, ECHO % f"127.0.0.1:{number}")
    made.start()
    world.entry = made.entries[0]
    return made, ("127.0.0.1", number)


def test_stopping_waits_for_open_connections(fast_world):
    world = fast_world
    made, where = started(world)
    client = world.client(where)
    world.send(client, b"a")
    world.receive(client, 1)
    done = []
    made.stop(lambda: done.append(1), grace=5.0)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(where)
    world.send(client, b"b")
    assert world.receive(client, 1) == b"b"
    assert not done
    client.close()
    world.turn(lambda: bool(done))


def test_the_grace_period_ends(fast_world):
    world = fast_world
    made, where = started(world)
    client = world.client(where)
    world.send(client, b"a")
    world.receive(client, 1)
    done = []
    made.stop(lambda: done.append(1), grace=0.1)
    world.turn(lambda: bool(done))
    assert world.closed(client)


@pytest.mark.parametrize("state", ["matching", "relaying", "dialling"])
def test_connections_in_every_state_can_be_ended(world, state):
    up = world.backend()
    match = [{"tls": {}}] if state == "matching" else []
    route = {"match": match, "handle": [up.proxy()]}
    if state == "dialling":
        route["handle"] = [{"handler": "proxy", "upstreams": [{"dial": ["db.example:1"]}]}]
        world.names.later, world.names.known = [], {"db.example": ["127.0.0.1"]}
    client = world.client(world.serve(route))
    if state != "matching":
        world.send(client, b"x")
    world.turn(lambda: len(world.entry.connections.active) == 1)
    if state == "relaying":
        up.take()
    world.rest(0.02)
    for flow in tuple(world.entry.connections.active):
        flow.abort("shutting down")
    assert world.closed(client)
    world.turn(world.idle)
