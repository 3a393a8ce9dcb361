"""One set of cases over all carriages: the same config, the same answers."""

import socket
import struct
from contextlib import suppress

import pytest

from tests.layer4.routes import hello, request
from tests.runtime.world import open_descriptors

ECHO = {"handle": [{"handler": "echo"}]}


def tls(name, *handlers):
    return {"match": [{"tls": {"sni": [name]}}], "handle": list(handlers)}


def test_a_hello_is_forwarded_byte_for_byte(world):
    a, b = world.backend(), world.backend()
    where = world.serve(tls("a", a.proxy()), tls("b", b.proxy()))
    client = world.client(where)
    world.send(client, hello("b"))
    up = b.take()
    assert world.receive(up, len(hello("b"))) == hello("b")
    world.send(up, b"welcome")
    assert world.receive(client, 7) == b"welcome"
    assert a.untouched()


@pytest.mark.parametrize("cut", [1, 5, 30])
def test_a_hello_in_two_segments_goes_where_the_whole_goes(world, cut):
    a, b, rest = world.backend(), world.backend(), world.backend()
    where = world.serve(
        tls("a", a.proxy()),
        {"match": [{"http": [{"host": ["b"]}]}], "handle": [b.proxy()]},
        {"handle": [rest.proxy()]},
    )
    client = world.client(where)
    world.send(client, hello("a")[:cut])
    world.rest(0.15)  # longer than the pause after which undecided routes are overtaken
    world.send(client, hello("a")[cut:])
    up = a.take()
    assert world.receive(up, len(hello("a"))) == hello("a")
    assert rest.untouched()


def test_an_http_client_takes_the_catch_all(world):
    a, rest = world.backend(), world.backend()
    client = world.client(world.serve(tls("a", a.proxy()), {"handle": [rest.proxy()]}))
    world.send(client, request("x"))
    assert world.receive(rest.take(), len(request("x"))) == request("x")


def test_what_no_route_wants_is_closed(world):
    client = world.client(world.serve(tls("a", {"handler": "echo"})))
    world.send(client, request("x"))
    assert world.closed(client)
    world.turn(world.idle)
    (record,) = world.said("stopped handling connection; connection stats")
    assert record["reason"] == "no route matched"
    assert record["read"] == len(request("x"))


def test_a_silent_client_is_closed_after_the_matching_timeout(world):
    client = world.client(world.serve(tls("a", {"handler": "echo"}), matching_timeout="150ms"))
    assert world.closed(client)
    (record,) = world.said("matching connection")
    assert record["error"] == "aborted matching according to timeout"
    assert record["pending_routes"] == ["srv0/0"]


def test_the_deadline_is_gone_once_a_route_is_taken(world):
    up = world.backend()
    client = world.client(world.serve(tls("a", up.proxy()), matching_timeout="150ms"))
    world.send(client, hello("a"))
    server = up.take()
    world.receive(server, len(hello("a")))
    world.rest(0.4)
    world.send(server, b"still here")
    assert world.receive(client, 10) == b"still here"


def test_a_server_may_speak_first(world):
    up = world.backend()
    route = {"match": [{"remote_ip": {"ranges": ["127.0.0.1"]}}], "handle": [up.proxy()]}
    client = world.client(world.serve(route, tls("a", up.proxy())))
    server = up.take()
    world.send(server, b"220 hello\r\n")
    assert world.receive(client, 11) == b"220 hello\r\n"


def test_the_client_may_end_first(world):
    up = world.backend()
    client = world.client(world.serve({"handle": [up.proxy()]}))
    world.send(client, b"question")
    client.shutdown(socket.SHUT_WR)
    server = up.take()
    assert world.receive(server) == b"question"
    world.rest(0.05)
    world.send(server, b"answer" * 1000)
    server.close()
    assert world.receive(client) == b"answer" * 1000
    world.turn(world.idle)


def test_the_server_may_end_first(world):
    up = world.backend()
    client = world.client(world.serve({"handle": [up.proxy()]}))
    world.send(client, b"x")
    server = up.take()
    world.send(server, b"bye")
    server.shutdown(socket.SHUT_WR)
    assert world.receive(client) == b"bye"
    world.send(client, b"late")
    client.shutdown(socket.SHUT_WR)
    assert world.receive(server) == b"xlate"
    world.turn(world.idle)


def test_a_client_that_ended_before_it_was_routed(world):
    up = world.backend()
    where = world.serve({"handle": [up.proxy()]})
    client = world.client(where)
    client.shutdown(socket.SHUT_WR)
    server = up.take()
    assert world.receive(server) == b""
    world.send(server, b"bye")
    server.close()
    assert world.receive(client) == b"bye"


@pytest.mark.parametrize("down", [True, False])
def test_much_data_arrives_whole(world, down):
    up = world.backend()
    client = world.client(world.serve({"handle": [up.proxy()]}))
    world.send(client, b"!")
    server = up.take()
    assert world.receive(server, 1) == b"!"
    data = bytes(range(256)) * 4096 * 8
    source, sink = (server, client) if down else (client, server)
    got = bytearray()
    view = memoryview(data)
    while len(got) < len(data):
        if view:
            with suppress(BlockingIOError):
                view = view[source.send(view[: 1 << 20]) :]
        world.reactor.iterate(0)
        with suppress(BlockingIOError):
            got += sink.recv(1 << 20)
    assert bytes(got) == data
    source.close()
    assert world.closed(sink)


def test_a_reader_that_stops_stops_the_writer(world):
    up = world.backend()
    client = world.client(world.serve({"handle": [up.proxy()]}))
    world.send(client, b"!")
    server = up.take()
    sent = 0
    for _ in range(400):
        try:
            sent += server.send(bytes(1 << 18))
        except BlockingIOError:
            world.reactor.iterate(0.001)
    world.rest(0.1)
    before = sent
    for _ in range(50):
        with suppress(BlockingIOError):
            sent += server.send(bytes(1 << 18))
        world.reactor.iterate(0.001)
    assert sent - before < 50 << 18  # it is not read any more
    got = 0
    while got < sent:
        got += len(world.receive(client, min(1 << 20, sent - got)))
    assert got == sent


def reset(sock):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


@pytest.mark.parametrize("killed", ["client", "server"])
@pytest.mark.parametrize("bulk", [True, False])
def test_a_kill_ends_both_sides_and_gives_everything_back(world, killed, bulk):
    up = world.backend()
    where = world.serve({"handle": [up.proxy()]})
    before = open_descriptors()
    client = world.client(where)
    world.send(client, b"!")
    server = up.take()
    assert world.receive(server, 1) == b"!"
    if bulk:
        for _ in range(60):
            try:
                server.send(bytes(1 << 18))
            except BlockingIOError:
                world.reactor.iterate(0.001)
    world.rest(0.02)
    victim, other = (client, server) if killed == "client" else (server, client)
    reset(victim)
    world.rest(0.05)
    if killed == "server":
        world.receive(other)  # what was under way still arrives, and then the end
    else:
        assert world.closed(other)
    other.close()
    world.turn(world.idle)
    from caddylite.runtime import pipes

    pipes.drop_all()
    world.turn(lambda: open_descriptors() <= before)


def test_an_answer_survives_a_server_that_does_not_read(world):
    """It answers and closes while the client still sends: the kernel resets that connection."""
    up = world.backend()
    client = world.client(world.serve({"handle": [up.proxy()]}))
    world.send(client, b"POST " * 100)
    server = up.take()
    world.rest(0.02)
    world.send(server, b"413 too large")
    server.close()  # with unread bytes: a reset
    got = b""
    for _ in range(200):
        with suppress(BlockingIOError, ConnectionError):
            client.send(b"more" * 100)
        world.reactor.iterate(0.001)
        try:
            got += client.recv(100)
        except BlockingIOError:
            continue
        except ConnectionError:
            break
        if got == b"413 too large":
            break
    assert got == b"413 too large"


def test_echo(world):
    client = world.client(world.serve(ECHO))
    data = bytes(range(256)) * 2000
    sent, got = memoryview(data), b""
    while len(got) < len(data):
        with suppress(BlockingIOError):
            sent = sent[client.send(sent[:50000]) :] if sent else sent
        world.reactor.iterate(0.001)
        with suppress(BlockingIOError):
            got += client.recv(1 << 20)
    assert got == data
    client.shutdown(socket.SHUT_WR)
    assert world.closed(client)


def test_close(world):
    client = world.client(world.serve({"handle": [{"handler": "close"}]}))
    assert world.closed(client)


def test_a_subroute_that_falls_through_goes_on(world):
    inner = {"handler": "subroute", "routes": [tls("nobody", {"handler": "close"})]}
    where = world.serve(
        {"match": [{"tls": {}}], "handle": [inner]},
        {"match": [{"ssh": {}}], "handle": [{"handler": "close"}]},
        ECHO,
    )
    client = world.client(where)
    world.send(client, hello("a"))
    assert world.receive(client, len(hello("a"))) == hello("a")


def test_a_subroute_has_its_own_matching_timeout(world):
    inner = {
        "handler": "subroute",
        "matching_timeout": "100ms",
        "routes": [{"match": [{"http": [{"host": ["x"]}]}], "handle": [{"handler": "echo"}]}],
    }
    route = {"match": [{"remote_ip": {"ranges": ["127.0.0.1"]}}], "handle": [inner]}
    client = world.client(world.serve(route, matching_timeout="1m"))
    world.send(client, b"GET / HT")
    assert world.closed(client)


def test_vars_go_into_the_address(world):
    up = world.backend()
    where = world.serve(
        {
            "handle": [
                {"handler": "vars", "port": str(up.port)},
                {
                    "handler": "proxy",
                    "upstreams": [{"dial": ["127.0.0.1:{l4.vars.port}"]}],
                },
            ]
        }
    )
    client = world.client(where)
    world.send(client, b"x")
    assert world.receive(up.take(), 1) == b"x"


def test_a_name_is_looked_up_while_others_go_on(world):
    up = world.backend()
    handler = {"handler": "proxy", "upstreams": [{"dial": [f"db.example:{up.port}"]}]}
    where = world.serve(tls("slow", handler), ECHO)
    world.names.later, world.names.known = [], {"db.example": ["127.0.0.1"]}
    slow, quick = world.client(where), world.client(where)
    world.send(slow, hello("slow"))
    world.send(quick, b"ping")
    assert world.receive(quick, 4) == b"ping"
    assert world.names.asked == ["db.example"]
    world.names.later.pop()()
    assert world.receive(up.take(), 100) == hello("slow")[: len(hello("slow"))]


def test_a_client_that_leaves_while_its_upstream_is_looked_up(world):
    handler = {"handler": "proxy", "upstreams": [{"dial": ["db.example:1"]}]}
    where = world.serve({"handle": [handler]})
    world.names.later, world.names.known = [], {"db.example": ["127.0.0.1"]}
    client = world.client(where)
    world.send(client, b"x")
    world.turn(lambda: bool(world.names.later))
    reset(client)
    world.rest(0.02)
    world.names.later.pop()()
    world.turn(world.idle)


def test_an_unknown_name_closes_and_says_so(world):
    handler = {"handler": "proxy", "upstreams": [{"dial": ["nowhere.example:1"]}]}
    client = world.client(world.serve({"handle": [handler]}))
    assert world.closed(client)
    (record,) = world.said("handling connection")
    assert record["error"] == "lookup nowhere.example: no such host"


def test_a_refused_upstream_closes_and_says_so(world):
    up = world.backend(dead=True)
    client = world.client(world.serve({"handle": [up.proxy()]}))
    world.send(client, b"x")
    assert world.closed(client)
    (record,) = world.said("handling connection")
    assert record["error"] == f"dial tcp {up.dial}: connect: connection refused"


def test_the_next_address_of_a_name_is_tried(world):
    up = world.backend()
    handler = {"handler": "proxy", "upstreams": [{"dial": [f"db.example:{up.port}"]}]}
    where = world.serve({"handle": [handler]})
    world.names.known = {"db.example": ["127.1.2.3", "127.0.0.1"]}
    client = world.client(where)
    world.send(client, b"x")
    assert world.receive(up.take(), 1) == b"x"


def test_another_upstream_is_tried_while_the_time_lasts(world):
    dead, up = world.backend(dead=True), world.backend()
    handler = {
        "handler": "proxy",
        "upstreams": [{"dial": [dead.dial]}, {"dial": [up.dial]}],
        "load_balancing": {
            "selection": {"policy": "first"},
            "try_duration": "5s",
            "try_interval": "10ms",
        },
        "health_checks": {"passive": {"fail_duration": "10s"}},
    }
    client = world.client(world.serve({"handle": [handler]}))
    world.send(client, b"x")
    assert world.receive(up.take(), 1) == b"x"


def test_the_upstream_hears_the_clients_address(world):
    up = world.backend()
    where = world.serve({"handle": [up.proxy(proxy_protocol="v1")]})
    client = world.client(where)
    world.send(client, b"hello")
    host, port = client.getsockname()
    want = f"PROXY TCP4 {host} {where[0]} {port} {where[1]}\r\nhello".encode()
    assert world.receive(up.take(), len(want)) == want


def test_a_proxy_header_and_a_big_hello_in_one_segment_lose_nothing(world):
    up = world.backend()
    where = world.serve(
        {
            "match": [{"proxy_protocol": {}}],
            "handle": [
                {
                    "handler": "proxy_protocol",
                    "timeout": "1s",
                    "allow": ["127.0.0.0/8"],
                }
            ],
        },
        {
            "match": [{"tls": {"sni": ["a"]}, "remote_ip": {"ranges": ["192.0.2.7"]}}],
            "handle": [up.proxy(proxy_protocol="v2")],
        },
    )
    client = world.client(where)
    body = hello("a") + b"x" * 9000
    world.send(client, b"PROXY TCP4 192.0.2.7 198.51.100.1 4000 443\r\n" + body)
    from caddylite.wire.proxy_header import build

    want = build(2, ("192.0.2.7", 4000), ("198.51.100.1", 443)) + body
    assert world.receive(up.take(), len(want)) == want


def test_a_header_from_a_stranger_is_not_believed(world):
    up = world.backend()
    where = world.serve(
        {
            "handle": [
                {"handler": "proxy_protocol", "allow": ["10.0.0.0/8"]},
                up.proxy(proxy_protocol="v1"),
            ]
        }
    )
    client = world.client(where)
    world.send(client, b"PROXY TCP4 192.0.2.7 198.51.100.1 4000 443\r\nbody")
    got = world.receive(up.take(), 20)
    assert got.startswith(b"PROXY TCP4 127.0.0.1")


def test_tee_feeds_a_branch(world):
    up, copy = world.backend(), world.backend()
    tee = {"handler": "tee", "branch": [copy.proxy()]}
    client = world.client(world.serve({"handle": [tee, up.proxy()]}))
    world.send(client, b"first")
    main, branch = up.take(), copy.take()
    assert world.receive(main, 5) == b"first"
    assert world.receive(branch, 5) == b"first"
    branch.close()
    world.rest(0.05)
    world.send(client, b"second")
    assert world.receive(main, 6) == b"second"
    world.send(main, b"answer")
    assert world.receive(client, 6) == b"answer"


@pytest.mark.parametrize("handler", ["tee", "throttle"])
def test_a_client_that_ends_its_side_still_gets_the_answer(world, handler):
    up, copy = world.backend(), world.backend()
    handlers = {"tee": {"branch": [copy.proxy()]}, "throttle": {"read_bytes_per_second": 1e6}}
    between = {"handler": handler, **handlers[handler]}
    client = world.client(world.serve({"handle": [between, up.proxy()]}))
    world.send(client, b"question")
    client.shutdown(socket.SHUT_WR)
    server = up.take()
    assert world.receive(server) == b"question"
    if handler == "tee":
        branch = copy.take()
        assert world.receive(branch) == b"question"
        branch.close()
        world.rest(0.02)
    world.send(server, b"answer")
    server.close()
    assert world.receive(client) == b"answer"


def test_throttle_lets_a_burst_pass_and_then_so_much_a_second(world):
    throttle = {"handler": "throttle", "read_bytes_per_second": 20000, "read_burst_size": 1000}
    up = world.backend()
    client = world.client(world.serve({"handle": [throttle, up.proxy()]}))
    world.send(client, bytes(range(250)) * 24)
    server = up.take()
    assert world.receive(server, 1000) == bytes(range(250)) * 4
    world.rest(0.02)
    with suppress(BlockingIOError):
        assert len(server.recv(6000)) < 3000
    client.shutdown(socket.SHUT_WR)
    rest = world.receive(server)
    assert (bytes(range(250)) * 24).endswith(rest)


def test_unix_sockets_at_both_ends(world, tmp_path):
    up = world.backend(unix=tmp_path / "up")
    where = world.serve({"handle": [up.proxy()]}, unix=tmp_path / "in")
    client = world.client(where)
    world.send(client, b"over files")
    server = up.take()
    assert world.receive(server, 10) == b"over files"
    client.close()
    assert world.closed(server)


def test_the_log_tells_the_route_and_the_bytes(world):
    up = world.backend()
    client = world.client(world.serve(tls("a", up.proxy())))
    world.send(client, hello("a"))
    server = up.take()
    world.receive(server, len(hello("a")))
    world.send(server, b"12345")
    server.close()
    assert world.receive(client) == b"12345"
    client.close()
    world.turn(world.idle)
    (record,) = world.said("stopped handling connection; connection stats")
    assert record["read"] == len(hello("a"))
    assert record["written"] == 5
    assert record["route"] == "srv0/0"
    assert record["network"] == "tcp"
