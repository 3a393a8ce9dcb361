"""The reverse proxy on loopback sockets, against upstreams that do all kinds of things."""

import gzip
import json
import socket
import threading

import pytest

from caddylite.errors import ConfigError
from tests.http.live.loopback import backend, echo_head, exchange, running
from tests.http.live.support import get, parse, routes, server

CLOSE = "Connection: close"


def to(*ports, **more):
    upstreams = [{"dial": f"127.0.0.1:{p}"} for p in ports]
    return {"handler": "reverse_proxy", "upstreams": upstreams, **more}


def serving(*handlers, **more):
    return running({"servers": {"srv0": routes(*handlers, **more)}})


def answering(response, count=1000):
    """Return an upstream that answers every request with the same bytes."""

    def serve(peer):
        for _ in range(count):
            head = peer.head().lower()
            if b"content-length: " in head:
                peer.exactly(int(head.partition(b"content-length: ")[2].split()[0]))
            peer.send(response)

    return serve


def ok(body=b"ok", *fields):
    lines = b"".join(f + b"\r\n" for f in fields)
    return b"HTTP/1.1 200 OK\r\n%bContent-Length: %d\r\n\r\n%b" % (lines, len(body), body)


def refused_port():
    with socket.create_server(("127.0.0.1", 0)) as s:
        return s.getsockname()[1]


def test_a_request_and_its_response():
    with backend(echo_head) as up, serving(to(up.port)) as site:
        out = exchange(site.port(), get("/a%2Fb?c", "X-A: 1", CLOSE))
        status, fields, body = parse(out)
        assert status == 200
        assert fields["via"] == "1.1 Caddy"
        assert "server" not in fields
        assert body.startswith(b"GET /a%2Fb?c HTTP/1.1\r\nHost: example.com\r\n")
        assert b"X-Forwarded-For: 127.0.0.1\r\n" in body
        assert b"Accept-Encoding: gzip\r\n" in body


def test_connections_to_the_upstream_are_kept():
    with backend(echo_head) as up, serving(to(up.port)) as site:
        out = exchange(site.port(), get() * 4 + get("/", CLOSE))
        assert out.count(b"HTTP/1.1 200 OK") == 5
        assert up.connections == 1


def test_or_not_if_the_config_says_so():
    transport = {"protocol": "http", "keep_alive": {"enabled": False}}
    with backend(echo_head) as up, serving(to(up.port, transport=transport)) as site:
        exchange(site.port(), get() * 2 + get("/", CLOSE))
        assert up.connections == 3


def test_a_kept_connection_that_has_died_is_replaced():
    def once(peer):
        peer.head()
        peer.send(ok())

    with backend(once) as up, serving(to(up.port)) as site:
        for _ in range(3):
            assert parse(exchange(site.port(), get("/", CLOSE)))[0] == 200
        assert up.connections == 3


def test_bodies_go_up_and_come_down():
    def upper(peer):
        head = peer.head()
        length = int(head.lower().partition(b"content-length: ")[2].split()[0])
        peer.send(ok(peer.exactly(length).upper()))

    body = b"abcdefgh" * 100_000
    with backend(upper) as up, serving(to(up.port)) as site:
        request = get("/", f"Content-Length: {len(body)}", CLOSE, method="POST") + body
        assert parse(exchange(site.port(), request))[2] == body.upper()


def test_chunks_go_up_and_come_down_with_trailers():
    seen = []

    def chunked(peer):
        seen.append(peer.head())
        data = b""
        while not data.endswith(b"0\r\n\r\n"):
            data += peer.exactly(1)
        seen.append(data)
        peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: x-t\r\n\r\n"
                  b"3\r\nabc\r\n0\r\nx-t: 1\r\n\r\n")  # fmt: skip

    with backend(chunked) as up, serving(to(up.port)) as site:
        request = get("/", "Transfer-Encoding: chunked", CLOSE, method="POST")
        out = exchange(site.port(), request + b"2\r\nhi\r\n0\r\n\r\n")
        assert b"Transfer-Encoding: chunked\r\n" in seen[0]
        assert seen[1] == b"2\r\nhi\r\n0\r\n\r\n"
        assert b"Trailer: X-T\r\n" in out
        assert out.endswith(b"3\r\nabc\r\n0\r\nX-T: 1\r\n\r\n")


def test_what_comes_piece_by_piece_is_passed_on_at_once():
    gate = threading.Event()

    def slow(peer):
        peer.head()
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n")
        gate.wait(10)
        peer.send(b"data: 2\n\n")

    with backend(slow) as up, serving(to(up.port)) as site:
        with socket.create_connection(("127.0.0.1", site.port()), 10) as s:
            s.sendall(get("/", CLOSE))
            got = b""
            while b"data: 1" not in got:
                got += s.recv(65536)
            assert b"data: 2" not in got
            gate.set()
            while piece := s.recv(65536):
                got += piece
        assert b"data: 2" in got


def test_a_response_may_end_with_its_connection():
    def until_close(peer):
        peer.head()
        peer.send(b"HTTP/1.0 200 OK\r\nContent-Type: a/b\r\n\r\nall of it")

    with backend(until_close) as up, serving(to(up.port)) as site:
        out = exchange(site.port(), get("/", CLOSE))
        assert out.endswith(b"9\r\nall of it\r\n0\r\n\r\n")
        assert b"Via: 1.0 Caddy\r\n" in out


def test_gzip_is_unpacked_for_who_did_not_ask_for_it():
    packed = gzip.compress(b"plain" * 100)
    response = ok(packed, b"Content-Encoding: gzip", b"Content-Type: text/plain")
    with backend(answering(response)) as up, serving(to(up.port)) as site:
        assert b"plain" * 100 in exchange(site.port(), get("/", CLOSE))
        _, fields, body = parse(exchange(site.port(), get("/", "Accept-Encoding: gzip", CLOSE)))
        assert (fields["content-encoding"], body) == ("gzip", packed)


def test_head_and_statuses_without_body():
    with (
        backend(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")) as up,
        serving(to(up.port)) as site,
    ):
        out = exchange(site.port(), get(method="HEAD") + get("/", CLOSE, method="HEAD"))
        assert out.count(b"Content-Length: 5\r\n") == 2
        assert up.connections == 1
    with (
        backend(answering(b"HTTP/1.1 304 Not Modified\r\nEtag: x\r\n\r\n")) as up,
        serving(to(up.port)) as site,
    ):
        assert parse(exchange(site.port(), get("/", CLOSE)))[0] == 304


def test_early_hints_are_passed_on():
    response = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + ok()
    with backend(answering(response)) as up, serving(to(up.port)) as site:
        out = exchange(site.port(), get("/", CLOSE))
        first, second = out.split(b"\r\n\r\n")[:2]
        assert first.startswith(b"HTTP/1.1 103")
        assert b"Link: </a>" in first
        assert b"Link" not in second


# Trouble.


def test_nobody_there():
    with serving(to(refused_port())) as site:
        assert parse(exchange(site.port(), get("/", CLOSE)))[0] == 502
        (error,) = [r for r in site.log() if r[0] == "http.log.error"]
        assert error[1] == "error"
        assert error[2].endswith("connect: connection refused")


def test_no_upstreams_at_all():
    with serving(to()) as site:
        assert parse(exchange(site.port(), get("/", CLOSE)))[0] == 503


@pytest.mark.parametrize("response", [b"", b"garbage\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Le"])
def test_nonsense_from_the_upstream(response):
    with backend(answering(response, 1)) as up, serving(to(up.port)) as site:
        assert parse(exchange(site.port(), get("/", CLOSE)))[0] == 502


def test_a_response_that_breaks_off_breaks_off():
    response = b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n" + b"x" * 5000
    with backend(answering(response, 1)) as up, serving(to(up.port)) as site:
        out = exchange(site.port(), get("/", CLOSE))
        assert len(out) < 9999
        assert "aborting with incomplete response" in [r[2] for r in site.log()]


def test_an_upstream_that_does_not_answer_in_time():
    def silent(peer):
        peer.head()
        peer.conn.recv(1)

    transport = {"protocol": "http", "response_header_timeout": 100_000_000}
    with backend(silent) as up, serving(to(up.port, transport=transport)) as site:
        assert parse(exchange(site.port(), get("/", CLOSE)))[0] == 504


def test_a_client_that_goes_leaves_nothing_behind():
    asked, gone = threading.Event(), threading.Event()

    def wait(peer):
        peer.head()
        asked.set()
        try:
            peer.conn.recv(1)
        finally:
            gone.set()

    with backend(wait) as up, serving(to(up.port), logs={}) as site:
        with socket.create_connection(("127.0.0.1", site.port()), 10) as s:
            s.sendall(get())
            assert asked.wait(10)
        assert gone.wait(5)
        (record,) = [r for r in site.log() if r[0] == "http.log.access"]
        assert record[3]["status"] == 499


def test_a_body_that_is_too_large():
    limit = {"handler": "request_body", "max_size": 5}
    with backend(answering(ok())) as up, serving(limit, to(up.port)) as site:
        big = get("/", "Content-Length: 9", CLOSE, method="POST") + b"123456789"
        assert parse(exchange(site.port(), big))[0] == 413
        small = get("/", "Content-Length: 3", CLOSE, method="POST") + b"123"
        assert parse(exchange(site.port(), small))[0] == 200


# Several upstreams.


def test_another_upstream_is_tried_when_one_cannot_be_reached():
    balance = {"selection_policy": {"policy": "first"}, "retries": 1}
    with backend(answering(ok(b"second"))) as up:
        handler = to(refused_port(), up.port, load_balancing=balance)
        passive = {"passive": {"fail_duration": 60_000_000_000}}
        with serving({**handler, "health_checks": passive}) as site:
            for method in ("GET", "POST"):
                out = exchange(site.port(), get("/", CLOSE, method=method))
                assert parse(out)[2] == b"second"


def test_without_retries_it_is_not():
    balance = {"selection_policy": {"policy": "first"}}
    with backend(answering(ok())) as up:
        handler = to(refused_port(), up.port, load_balancing=balance)
        with serving(handler) as site:
            assert parse(exchange(site.port(), get("/", CLOSE)))[0] == 502


def test_round_robin_takes_turns():
    with backend(answering(ok(b"a"))) as a, backend(answering(ok(b"b"))) as b:
        balance = {"selection_policy": {"policy": "round_robin"}}
        with serving(to(a.port, b.port, load_balancing=balance)) as site:
            bodies = [parse(exchange(site.port(), get("/", CLOSE)))[2] for _ in range(4)]
    assert bodies == [b"b", b"a", b"b", b"a"]


# Headers, rewrites, handled responses.


def test_headers_can_be_changed_both_ways():
    headers = {"request": {"set": {"Host": ["{http.reverse_proxy.upstream.hostport}"],
                                   "X-New": ["1"]}, "delete": ["X-Old"]},
               "response": {"set": {"X-Up": ["{http.reverse_proxy.status_code}"]}}}  # fmt: skip
    with backend(echo_head) as up, serving(to(up.port, headers=headers)) as site:
        _, fields, body = parse(exchange(site.port(), get("/", "X-Old: 1", CLOSE)))
        assert f"Host: 127.0.0.1:{up.port}\r\n".encode() in body
        assert b"X-New: 1\r\n" in body
        assert b"X-Old" not in body
        assert fields["x-up"] == "200"


def test_the_upstream_may_get_another_uri():
    rewrite = {"strip_path_prefix": "/api"}
    with backend(echo_head) as up, serving(to(up.port, rewrite=rewrite)) as site:
        assert b"GET /x?y HTTP/1.1" in exchange(site.port(), get("/api/x?y", CLOSE))


def test_responses_can_be_handled():
    say = {"handler": "static_response", "body": "{http.reverse_proxy.status_code} handled"}
    copy = [{"handler": "copy_response_headers", "include": ["x-a"]},
            {"handler": "copy_response", "status_code": 299}]  # fmt: skip
    handle = [
        {"match": {"status_code": [404]}, "routes": [{"handle": [say]}]},
        {"match": {"headers": {"X-A": ["copy"]}}, "routes": [{"handle": copy[1:]}]},
        {"match": {"headers": {"X-A": ["status"]}}, "status_code": 201},
    ]
    answers = {
        b"/404": (b"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone"),
        b"/copy": ok(b"copied", b"X-A: copy"),
        b"/status": ok(b"status", b"X-A: status"),
        b"/plain": ok(b"plain"),
    }

    def serve(peer):
        while True:
            peer.send(answers[peer.head().split()[1]])

    with backend(serve) as up, serving(to(up.port, handle_response=handle)) as site:
        got = {p: parse(exchange(site.port(), get(p, CLOSE)))[::2] for p in
               ("/404", "/copy", "/status", "/plain")}  # fmt: skip
    assert got == {"/404": (200, b"404 handled"), "/copy": (299, b"copied"),
                   "/status": (201, b"status"), "/plain": (200, b"plain")}  # fmt: skip


def test_buffers():
    def length(peer):
        head = peer.head()
        peer.send(ok(head))

    with backend(length) as up:
        handler = to(up.port, request_buffers=100, response_buffers=-1)
        with serving(handler) as site:
            request = get("/", "Transfer-Encoding: chunked", CLOSE, method="POST")
            out = exchange(site.port(), request + b"3\r\nabc\r\n0\r\n\r\n")
            assert b"Content-Length: 3\r\n" in parse(out)[2]


def test_the_proxy_protocol():
    seen = []

    def serve(peer):
        seen.append(peer.head())
        peer.send(ok())

    transport = {"protocol": "http", "proxy_protocol": "v1"}
    with backend(serve) as up, serving(to(up.port, transport=transport)) as site:
        assert parse(exchange(site.port(), get("/", CLOSE)))[0] == 200
    first, _, second = seen[0].partition(b"\r\n")
    assert first.startswith(b"PROXY TCP4 127.0.0.1 0.0.0.0 ")
    assert second.startswith(b"GET / HTTP/1.1\r\n")


def test_unix_sockets(tmp_path):
    path = str(tmp_path / "s")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()

    def serve():
        conn, _ = listener.accept()
        with conn:
            conn.recv(65536)
            conn.sendall(ok(b"unix"))

    thread = threading.Thread(target=serve)
    thread.start()
    handler = {"handler": "reverse_proxy", "upstreams": [{"dial": f"unix/{path}"}]}
    with serving(handler) as site:
        assert parse(exchange(site.port(), get("/", CLOSE)))[2] == b"unix"
    thread.join()
    listener.close()


# WebSocket.


def upgraded(peer):
    head = peer.head()
    assert b"Upgrade: websocket\r\n" in head
    assert b"Connection: Upgrade\r\n" in head
    peer.send(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
              b"Connection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\nhello ")  # fmt: skip
    while data := peer.conn.recv(65536):
        peer.send(data.upper())


ASK = get("/ws", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Key: k")


def test_a_websocket_is_tunnelled():
    with (
        backend(upgraded) as up,
        serving(to(up.port)) as site,
        socket.create_connection(("127.0.0.1", site.port()), 10) as s,
    ):
        s.sendall(ASK + b"early ")
        got = b""
        while b"EARLY" not in got:
            got += s.recv(65536)
        head, _, rest = got.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101 Switching Protocols")
        assert b"Sec-WebSocket-Accept: x" in head
        assert rest.startswith(b"hello EARLY")
        s.sendall(b"more")
        assert s.recv(100).strip() == b"MORE"


def test_much_goes_through_a_tunnel_with_a_slow_reader():
    size = 8 << 20
    with (
        backend(upgraded) as up,
        serving(to(up.port)) as site,
        socket.create_connection(("127.0.0.1", site.port()), 30) as s,
    ):
        s.sendall(ASK)
        head = b""
        while not head.endswith(b"hello "):
            head += s.recv(1)
        sender = threading.Thread(target=s.sendall, args=(b"x" * size,))
        sender.start()
        got = 0
        while got < size:
            data = s.recv(1 << 16)
            assert data
            assert data.strip(b"X") == b""
            got += len(data)
        sender.join()
        s.shutdown(socket.SHUT_WR)
        assert s.recv(1) == b""


def test_an_upgrade_that_is_declined_is_a_response():
    with backend(answering(ok(b"no"))) as up, serving(to(up.port)) as site:
        out = exchange(site.port(), ASK + get("/", CLOSE))
        assert out.count(b"HTTP/1.1 200 OK") == 2


def test_a_switch_to_something_else_is_not_made():
    response = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: other\r\nConnection: Upgrade\r\n\r\n"
    with backend(answering(response, 1)) as up, serving(to(up.port)) as site:
        out = exchange(
            site.port(), ASK.replace(b"\r\n\r\n", b"\r\nX: 1\r\n\r\n"), until=b"\r\n\r\n"
        )
        assert b"101" not in out


# Mistakes in the config.


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"dynamic_upstreams": {"source": "a", "resolver": {"addresses": ["127.0.0.1:1-2"]}}},
         "loading upstream source module: loading module 'a': "
         "provision http.reverse_proxy.upstreams.a: resolver address must have exactly one"),
        ({"dynamic_upstreams": {"source": "multi", "sources": [
            {"source": "srv", "resolver": {"addresses": ["a:b"]}}]}},
         "upstreams.multi: loading upstream source modules: position 0: loading module 'srv'"),
        ({"transport": {"protocol": "http", "resolver": {"addresses": ["a:1-2"]}}},
         "loading transport: loading module 'http'"),
        ({"health_checks": {"active": {"uri": "/", "expect_body": "("}}},
         "expect_body: compiling regular expression: error parsing regexp: missing closing"),
        ({"health_checks": {"active": {"uri": "/%zz"}}}, "invalid URL escape"),
        ({"transport": {"protocol": "http", "versions": ["3"]}}, "HTTP version 3"),
        ({"transport": {"protocol": "http", "versions": ["9"]}}, "unsupported HTTP version: 9"),
        ({"transport": {"protocol": "http", "versions": ["3", "2"]}}, "no other HTTP version"),
        ({"load_balancing": {"selection_policy": {"policy": "random_choose", "choose": 1}}},
         "choose must be at least 2"),
    ],
)  # fmt: skip
def test_what_cannot_be_run_is_said_at_once(more, message):
    with pytest.raises(ConfigError, match=message):
        server(json.loads(json.dumps(routes(to(1, **more)))))
