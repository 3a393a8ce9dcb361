"""Upstreams that speak HTTP/2, in clear text or in TLS, on real sockets."""

import socket
import ssl
import threading
from collections.abc import Callable

import pytest

from caddylite.wire.http2_frames import REFUSED_STREAM, Body, Opened, Trailers
from caddylite.wire.http2_machine import Machine
from tests.http.live.loopback import backend, exchange, running
from tests.http.live.support import get, parse, routes
from tests.http.live.test_upstream_tls import make_certificate

CLOSE = "Connection: close"
TWICE = get("/1") + get("/2", CLOSE)


def speak(conn, answer: Callable[[Machine, int, list[int]], None]):
    """Serve HTTP/2 on a socket; ``answer`` is told of every request, and of those before it."""
    machine, seen = Machine(client=False, limit=1 << 14), []
    while True:
        conn.sendall(machine.take(True))
        data = conn.recv(65536)
        if not data:
            return
        for event in machine.receive(data):
            if isinstance(event, Opened):
                seen.append(event.stream)
                answer(machine, event.stream, seen)


def say(machine, stream, text):
    machine.head(stream, [(b":status", b"200")], False)
    machine.body(stream, text)
    machine.end(stream)


def number(machine, stream, seen):
    """Answer with the number of the request on its connection."""
    say(machine, stream, b"%d" % len(seen))


def proxy(port, **transport):
    return routes(
        {
            "handler": "reverse_proxy",
            "upstreams": [{"dial": f"127.0.0.1:{port}"}],
            "transport": {"protocol": "http", "versions": ["h2c", "2"], **transport},
        }
    )


def answers(config, data=TWICE):
    """Return (status, body) of each answer, and the number of requests that were asked."""
    with running({"servers": {"srv0": config}}) as site:
        out = exchange(site.port(), data)
    return [parse(b"HTTP/1.1" + part)[::2] for part in out.split(b"HTTP/1.1")[1:]]


def chunks(text):
    return b"%x\r\n%b\r\n0\r\n\r\n" % (len(text), text)


def test_requests_share_a_connection():
    with backend(lambda peer: speak(peer.conn, number)) as up:
        assert answers(proxy(up.port)) == [(200, chunks(b"1")), (200, chunks(b"2"))]
        assert up.connections == 1


def test_what_was_refused_is_asked_again():
    def refuse_the_first(machine, stream, seen):
        if len(seen) == 1:
            machine.reset(stream, REFUSED_STREAM)
        else:
            number(machine, stream, seen)

    with backend(lambda peer: speak(peer.conn, refuse_the_first)) as up:
        assert answers(proxy(up.port)) == [(200, chunks(b"2")), (200, chunks(b"3"))]


def test_but_not_for_ever():
    def refuse(machine, stream, seen):
        machine.reset(stream, REFUSED_STREAM)

    with backend(lambda peer: speak(peer.conn, refuse)) as up:
        assert [a[0] for a in answers(proxy(up.port))] == [502, 502]


def test_after_a_good_bye_another_connection_is_made():
    def once(machine, stream, seen):
        machine.leave(stream)
        number(machine, stream, seen)

    with backend(lambda peer: speak(peer.conn, once)) as up:
        assert answers(proxy(up.port)) == [(200, chunks(b"1"))] * 2
        assert up.connections == 2


def test_an_upstream_without_http2():
    def old(peer):
        peer.conn.recv(65536)
        peer.send(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

    with backend(old) as up:
        assert [a[0] for a in answers(proxy(up.port))] == [502, 502]


def test_an_answer_that_does_not_come_ends_its_request_only():
    def silent_at_first(machine, stream, seen):
        if len(seen) > 1:
            number(machine, stream, seen)

    with backend(lambda peer: speak(peer.conn, silent_at_first)) as up:
        first, second = answers(proxy(up.port, response_header_timeout=200_000_000))
        assert (first[0], second) == (504, (200, chunks(b"2")))
        assert up.connections == 1


def test_no_connection_is_kept_where_that_is_switched_off():
    with backend(lambda peer: speak(peer.conn, number)) as up:
        got = answers(proxy(up.port, keep_alive={"enabled": False}))
        assert got == [(200, chunks(b"1"))] * 2
        assert up.connections == 2


def test_a_client_is_announced_before_everything_else():
    heads = []

    def read_header(peer):
        heads.append(peer.exactly(16 + 12))
        speak(peer.conn, number)

    with backend(read_header) as up:
        assert answers(proxy(up.port, proxy_protocol="v2")) == [(200, chunks(b"1"))] * 2
    assert [h[:12] for h in heads] == [b"\r\n\r\n\0\r\nQUIT\n"] * 2


# In TLS.


@pytest.fixture(scope="module")
def context(tmp_path_factory):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(*make_certificate(tmp_path_factory.mktemp("cert"), "up.example"))
    return made


def over_tls(context, alpn, agreed, greeting=0):
    """Return a backend's server: HTTP/2 or the simplest HTTP/1, as TLS agrees."""
    context.set_alpn_protocols(alpn)

    def serve(peer):
        if greeting:
            agreed.append(peer.exactly(greeting))
        with context.wrap_socket(peer.conn.dup(), server_side=True) as tls:
            tls.settimeout(10)
            agreed.append(tls.selected_alpn_protocol())
            if agreed[-1] == "h2":
                speak(tls, number)
                return
            while b"Upgrade: websocket" in (head := tls.recv(65536)) or head:
                if b"Upgrade" in head:
                    tls.sendall(
                        b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
                        b"Upgrade: websocket\r\n\r\nswitched"
                    )
                    return
                tls.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nold")

    return serve


INSECURE = {"insecure_skip_verify": True, "server_name": "up.example"}


@pytest.mark.parametrize("versions", [[], ["1.1", "2"], ["2"]])
def test_tls_agrees_on_http2(context, versions):
    agreed = []
    with backend(over_tls(context, ["h2", "http/1.1"], agreed)) as up:
        got = answers(proxy(up.port, tls=INSECURE, versions=versions))
        assert got == [(200, chunks(b"1")), (200, chunks(b"2"))]
    assert agreed == ["h2"]


@pytest.mark.parametrize(
    ("versions", "offers"), [(["1.1"], ["h2", "http/1.1"]), ([], ["http/1.1"])]
)
def test_or_on_the_old_one(context, versions, offers):
    agreed = []
    with backend(over_tls(context, offers, agreed)) as up:
        got = answers(proxy(up.port, tls=INSECURE, versions=versions))
        assert got == [(200, b"old"), (200, b"old")]
    assert agreed == ["http/1.1"]


def test_switching_protocols_needs_the_old_one(context):
    agreed = []
    ask = get("/ws", "Connection: Upgrade", "Upgrade: websocket")
    with (
        backend(over_tls(context, ["h2", "http/1.1"], agreed)) as up,
        running({"servers": {"srv0": proxy(up.port, tls=INSECURE, versions=[])}}) as site,
    ):
        out = exchange(site.port(), ask)
    assert out.startswith(b"HTTP/1.1 101 ")
    assert out.endswith(b"switched")
    assert agreed == ["http/1.1"]


def test_a_client_is_announced_before_the_handshake(context):
    agreed = []
    with backend(over_tls(context, ["h2"], agreed, greeting=28)) as up:
        got = answers(
            proxy(up.port, tls=INSECURE, proxy_protocol="v2"), get("/", "Connection: close")
        )
        assert got == [(200, chunks(b"1"))]
    assert agreed[0][:12] == b"\r\n\r\n\0\r\nQUIT\n"
    assert agreed[1] == "h2"


# Both ways at the same time.


def echo(conn):
    """Answer at once, send every piece back as it comes, and the trailers at the end."""
    machine = Machine(client=False, limit=1 << 14)
    while True:
        conn.sendall(machine.take(True))
        data = conn.recv(65536)
        if not data:
            return
        for event in machine.receive(data):
            if isinstance(event, Opened):
                machine.head(event.stream, [(b":status", b"200")], False)
            elif isinstance(event, Body):
                machine.body(event.stream, event.data.upper())
                machine.taken(event.stream, event.size)
            elif isinstance(event, Trailers):
                machine.end(event.stream, event.fields)


def test_a_conversation_goes_through_as_it_is_held():
    with (
        backend(lambda peer: echo(peer.conn)) as up,
        running({"servers": {"srv0": proxy(up.port)}}) as site,
        socket.create_connection(("127.0.0.1", site.port()), 10) as conn,
    ):
        conn.settimeout(10)
        client = Machine(client=True, limit=1 << 14)
        heard = []

        def until(kind):
            while not any(isinstance(e, kind) for e in heard):
                conn.sendall(client.take(True))
                heard.extend(client.receive(conn.recv(65536)))
            found = [e for e in heard if isinstance(e, kind)]
            heard.clear()
            return found

        asked = [(b":method", b"POST"), (b":scheme", b"http"), (b":path", b"/"),
                 (b":authority", b"h"), (b"te", b"trailers")]  # fmt: skip
        stream = client.open(asked, ended=False)
        assert (b":status", b"200") in until(Opened)[0].fields
        for said in (b"one", b"two", b"three"):
            client.body(stream, said)
            assert until(Body)[0].data == said.upper()
        client.end(stream, [(b"grpc-status", b"0")])
        assert until(Trailers)[0].fields == [(b"grpc-status", b"0")]


@pytest.mark.parametrize("limit", [0, 1])
def test_requests_at_once_share_the_one_connection_there_may_be(limit):
    def both(machine, stream, seen):
        if len(seen) == 2:
            for each in seen:
                say(machine, each, b"ok")

    with (
        backend(lambda peer: speak(peer.conn, both)) as up,
        running({"servers": {"srv0": proxy(up.port, max_conns_per_host=limit)}}) as site,
    ):
        got = []
        threads = [
            threading.Thread(
                target=lambda: got.append(parse(exchange(site.port(), get("/", CLOSE)))[0])
            )
            for _ in range(2)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert got == [200, 200]
        assert up.connections == 1
