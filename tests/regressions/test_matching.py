"""What caddy-l4's own threads record of its router, named after what must happen."""

import time

import pytest

from tests.layer4.routes import hello, request
from tests.runtime.test_tls_carriages import Client
from tests.runtime.test_tree import ECHO, tls

SUBROUTE = {"handler": "subroute", "matching_timeout": "80ms"}
HTTP = {"match": [{"http": [{"host": ["web"]}]}]}


def big_hello(name):
    """A ClientHello of several segments, as browsers with post-quantum keys send it."""
    return hello(name, *(f"protocol-number-{i:03}" for i in range(90)))


@pytest.mark.parametrize("order", ["tls first", "http first"])
@pytest.mark.parametrize("last", ["nothing behind", "a catch-all behind"])
def test_a_route_that_still_needs_bytes_is_not_lost_to_one_that_has_decided(world, order, last):
    """mholt/caddy-l4#455, #233, #234, #356."""
    up, web, rest = world.backend(), world.backend(), world.backend()
    routes = [tls("a", up.proxy()), {**HTTP, "handle": [web.proxy()]}]
    if order == "http first":
        routes.reverse()
    if last == "a catch-all behind":
        routes.append({"handle": [rest.proxy()]})
    client = world.client(world.serve(*routes))
    whole = big_hello("a")
    assert len(whole) > 1700
    world.send(client, whole[:1400])
    world.rest(0.15)  # longer than the pause that lets a decided route overtake
    world.send(client, whole[1400:])
    assert world.receive(up.take(), len(whole)) == whole
    assert web.untouched()
    assert rest.untouched()


@pytest.mark.parametrize("mode", ["server", "subroute", "listener wrapper"])
@pytest.mark.parametrize("wanted", ["refuted", "no route at all"])
def test_unmatched_connections_reach_what_comes_next(world, mode, wanted):
    """mholt/caddy-l4#207."""
    from caddylite.codec import from_plain
    from caddylite.layer4.live.echo import EchoProtocol
    from caddylite.runtime.connections import Connections
    from caddylite.runtime.tree import Entry
    from tests.runtime.world import address

    routes = [tls("a", {"handler": "close"})] if wanted == "refuted" else []
    if mode == "server":
        where = world.serve(*routes)
    elif mode == "subroute":
        where = world.serve({"handle": [{**SUBROUTE, "routes": routes}]}, ECHO)
    else:
        from caddylite.kinds import ListenerWrapper

        ir = from_plain(ListenerWrapper, {"wrapper": "layer4", "routes": routes})
        stage = world.maker.wrapper(ir, lambda flow: flow.serve(EchoProtocol()))
        connections = Connections(world.house, "http.connections", "srv0")
        where = world.listen(Entry(address("127.0.0.1:0"), stage, connections))
    client = world.client(where)
    if mode == "server":
        if routes:
            world.send(client, request("x"))
        assert world.closed(client)
        return
    world.send(client, request("x"))
    assert world.receive(client, len(request("x"))) == request("x")


@pytest.mark.parametrize("way", ["match", "later route", "subroute", "fallback of a subroute"])
def test_the_matching_deadline_is_not_left_on_the_connection(world, way):
    """The "3 seconds" of mholt/caddy-l4#274: an upstream slower than the timeout may answer."""
    up = world.backend()
    forward = {"handle": [up.proxy()]}
    routes = {
        "match": [tls("a", up.proxy())],
        "later route": [tls("b", up.proxy()), forward],
        "subroute": [{"handle": [{**SUBROUTE, "routes": [tls("a", up.proxy())]}]}],
        "fallback of a subroute": [
            {"handle": [{**SUBROUTE, "routes": [tls("b", up.proxy())]}]},
            forward,
        ],
    }[way]
    client = world.client(world.serve(*routes, matching_timeout="80ms"))
    world.send(client, hello("a")[:50])
    world.rest(0.02)
    world.send(client, hello("a")[50:])
    server = up.take()
    assert world.receive(server, len(hello("a"))) == hello("a")
    world.rest(0.25)
    world.send(server, b"slow answer")
    assert world.receive(client, 11) == b"slow answer"
    world.rest(0.1)
    world.send(client, b"and more")
    assert world.receive(server, 8) == b"and more"


@pytest.mark.parametrize("policy", ["denied", "not allowed", "malformed"])
def test_a_refused_proxy_header_does_not_make_an_endless_loop(world, policy, monkeypatch):
    """mholt/caddy-l4#199: it ended in 100 % of a processor."""
    from caddylite.layer4.routing import Router

    decided = []
    decide = Router.decide
    monkeypatch.setattr(Router, "decide", lambda *a: decided.append(1) or decide(*a))
    handler = {
        "denied": {"deny": ["127.0.0.0/8"]},
        "not allowed": {"allow": ["10.0.0.0/8"], "fallback_policy": "REJECT"},
        "malformed": {"allow": ["127.0.0.0/8"]},
    }[policy]
    routes = [
        {
            "match": [{"proxy_protocol": {}}],
            "handle": [{"handler": "proxy_protocol", "timeout": "80ms", **handler}],
        },
        tls("a", {"handler": "echo"}),
    ]
    client = world.client(world.serve(*routes, matching_timeout="80ms"))
    bad = policy == "malformed"
    started = time.process_time()
    world.send(client, b"PROXY TCP4 %s 2.2.2.2 3 4\r\n" % (b"nonsense" if bad else b"1.1.1.1"))
    assert world.closed(client)
    world.rest(0.3)
    assert len(decided) < 10
    assert time.process_time() - started < 0.25
    world.turn(world.idle)


def test_a_server_that_speaks_first_is_reached_though_a_route_before_cannot_decide(world):
    """What is undecided and names no protocol holds a match up for a moment only."""
    up = world.backend()
    waits = {"match": [{"dns": {}}], "handle": [{"handler": "close"}]}
    ssh = {"match": [{"ssh": {}}], "handle": [up.proxy()]}
    client = world.client(world.serve(waits, ssh, matching_timeout="1m"))
    world.send(client, b"SSH-2.0-x\r\n")
    server = up.take()
    world.send(server, b"SSH-2.0-server\r\n")
    assert world.receive(client, 16) == b"SSH-2.0-server\r\n"


def test_a_silent_client_gets_to_a_route_that_needs_no_bytes(world):
    """SMTP, MySQL and the like: the client waits for the server."""
    up = world.backend()
    mail = {"match": [{"local_ip": {"ranges": ["127.0.0.1"]}}], "handle": [up.proxy()]}
    client = world.client(world.serve(mail, matching_timeout="1m"))
    server = up.take()
    world.send(server, b"220 mail\r\n")
    assert world.receive(client, 10) == b"220 mail\r\n"


def test_the_matching_deadline_is_not_left_behind_tls(world_with_tls):
    """mholt/caddy-l4#274, where the routes inside TLS have a deadline of their own."""
    world = world_with_tls
    up = world.backend()
    inner = {**SUBROUTE, "routes": [{"match": [{"http": []}], "handle": [up.proxy()]}]}
    where = world.serve({"handle": [{"handler": "tls"}, inner]}, matching_timeout="80ms")
    client = Client(world, where).shake()
    client.send(request("web"))
    server = up.take()
    assert world.receive(server, len(request("web"))) == request("web")
    world.rest(0.25)
    world.send(server, b"slow answer")
    assert client.receive(11) == b"slow answer"
