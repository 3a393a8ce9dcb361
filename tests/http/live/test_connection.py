"""An HTTP/1 connection over a transport in memory: framing, keep-alive, limits, time."""

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone
from twisted.python.failure import Failure

from caddylite.http.live.errors import Aborted, Disconnected
from caddylite.http.live.http1 import Http1Connection
from caddylite.http.live.serving import Limits, Serving
from tests.http.live.support import House, Wire, connect, get, parse, routes, server, talk


class Scripted(Serving):
    """A server whose handler is a test's coroutine function."""

    def __init__(self, serve, **limits):
        super().__init__(House(), Limits(**limits))
        self._serve = serve

    def serve(self, ex):
        return self._serve(ex)


def open_to(serve, **limits):
    site = Scripted(serve, **limits)
    connection, wire = Http1Connection(site), Wire()
    connection.makeConnection(wire)
    return site, connection, wire


def lose(connection):
    connection.connectionLost(Failure(ConnectionDone()))


def respond(body="hello", **more):
    return routes({"handler": "static_response", "body": body, **more})


def test_a_short_answer_says_its_length():
    status, fields, body = parse(talk(server(respond()), get()))
    assert (status, body) == (200, b"hello")
    assert fields["content-length"] == "5"
    assert fields["server"] == "Caddy"
    assert fields["date"] == "Tue, 14 Nov 2023 22:13:20 GMT"
    assert "connection" not in fields


def test_a_long_one_is_chunked():
    _, fields, body = parse(talk(server(respond("x" * 5000)), get()))
    assert fields["transfer-encoding"] == "chunked"
    assert body == b"1388\r\n" + b"x" * 5000 + b"\r\n0\r\n\r\n"


def test_requests_on_one_connection_are_answered_in_order():
    site = server(respond("{http.request.uri}"))
    out = talk(site, get("/1") + get("/2") + get("/3", "Connection: close") + get("/4"))
    assert [out.index(b"/%d" % n) for n in (1, 2, 3)] == sorted(
        out.index(b"/%d" % n) for n in (1, 2, 3)
    )
    assert b"/4" not in out
    assert out.count(b"Connection: close") == 1


def test_bytes_may_come_one_by_one():
    site = server(respond("{http.request.uri}"))
    data = get("/1") + get("/2")
    assert talk(site, *(data[i : i + 1] for i in range(len(data)))) == talk(site, data)


def test_http_1_0_closes_unless_asked_not_to():
    connection, wire = connect(server(respond()))
    connection.dataReceived(get(version="1.0"))
    assert wire.closing
    assert wire.value().startswith(b"HTTP/1.0 200 OK\r\n")
    connection, wire = connect(server(respond()))
    connection.dataReceived(get("/", "Connection: keep-alive", version="1.0"))
    assert not wire.closing
    assert b"Connection: keep-alive\r\n" in wire.value()


def test_http_1_0_gets_long_bodies_unchunked():
    out = talk(server(respond("x" * 5000)), get("/", "Connection: keep-alive", version="1.0"))
    _, fields, body = parse(out)
    assert "transfer-encoding" not in fields
    assert body == b"x" * 5000


@pytest.mark.parametrize("status", [204, 304])
def test_some_statuses_have_no_body(status):
    out = talk(server(respond("no", status_code=status)), get() + get())
    assert out.count(b"HTTP/1.1 %d" % status) == 2
    assert b"no" not in out.replace(b"HTTP/1.1 304 Not", b"")
    assert b"Content-Length" not in out


def test_head_has_a_length_and_no_body():
    _, fields, body = parse(talk(server(respond()), get(method="HEAD")))
    assert (fields["content-length"], body) == ("5", b"")


def test_a_body_is_read_by_the_handler():
    got = []

    async def serve(ex):
        while data := await ex.body.read():
            got.append(data)
        ex.out.write(b"thanks")

    _, connection, wire = open_to(serve)
    connection.dataReceived(get("/", "Content-Length: 6", method="POST") + b"abc")
    assert wire.value() == b""
    connection.dataReceived(b"def" + get("/2"))
    assert b"".join(got) == b"abcdef"
    assert wire.value().count(b"thanks") == 2


def test_a_chunked_body_and_its_trailers():
    got = []

    async def serve(ex):
        while data := await ex.body.read():
            got.append(data)
        got.append(ex.body.trailers)

    _, connection, _ = open_to(serve)
    connection.dataReceived(get("/", "Transfer-Encoding: chunked", method="POST"))
    for piece in (b"3\r\nab", b"c\r\n0\r\nX-", b"T: 1\r\n\r\n"):
        connection.dataReceived(piece)
    assert got == [b"ab", b"c", [("X-T", "1")]]


def test_a_body_that_nobody_wanted_is_passed_over():
    site = server(respond())
    out = talk(site, get("/", "Content-Length: 4", method="POST") + b"GET " + get("/2"))
    assert out.count(b"HTTP/1.1 200") == 2


def test_too_long_a_body_that_nobody_wanted_ends_the_connection():
    connection, wire = connect(server(respond()))
    connection.dataReceived(get("/", "Content-Length: 9999999", method="POST"))
    assert b"Connection: close" in wire.value()
    assert wire.half_closed
    connection, wire = connect(server(respond()))
    connection.dataReceived(get("/", "Transfer-Encoding: chunked", method="POST"))
    assert not wire.closing
    for _ in range(40):
        connection.dataReceived(b"2000\r\n" + b"x" * 0x2000 + b"\r\n")
    assert wire.closing


def test_continue_is_sent_when_the_body_is_wanted():
    async def serve(ex):
        await ex.body.read()
        ex.out.write(b"ok")

    _, connection, wire = open_to(serve)
    connection.dataReceived(get("/", "Expect: 100-continue", "Content-Length: 1", method="PUT"))
    assert wire.value() == b"HTTP/1.1 100 Continue\r\n\r\n"
    connection.dataReceived(b"x")
    assert wire.value().endswith(b"ok")


def test_continue_is_not_sent_when_it_is_not_wanted():
    connection, wire = connect(server(respond()))
    connection.dataReceived(get("/", "Expect: 100-continue", "Content-Length: 1", method="PUT"))
    assert b"100 Continue" not in wire.value()
    assert b"Connection: close" in wire.value()


def test_a_slow_handler_stops_the_client():
    async def serve(ex):
        await Deferred()

    _, connection, wire = open_to(serve)
    connection.dataReceived(get("/", "Content-Length: 999999", method="PUT") + b"x" * 70_000)
    assert wire.producerState == "paused"


def test_reading_lets_the_client_go_on():
    gate, got = Deferred(), []

    async def serve(ex):
        await gate
        while data := await ex.body.read():
            got.append(len(data))

    _, connection, wire = open_to(serve)
    connection.dataReceived(get("/", "Content-Length: 70000", method="PUT") + b"x" * 69_000)
    assert wire.producerState == "paused"
    gate.callback(None)
    assert wire.producerState == "producing"
    connection.dataReceived(b"x" * 1000)
    assert sum(got) == 70_000


def test_pipelined_requests_wait_and_stop_the_client():
    gates = []

    async def serve(ex):
        gate = Deferred()
        gates.append(gate)
        await gate
        ex.out.write(ex.request.path.encode())

    _, connection, wire = open_to(serve)
    connection.dataReceived(get("/1") + get("/2"))
    assert len(gates) == 1
    assert wire.producerState == "paused"
    gates[0].callback(None)
    assert wire.producerState == "producing"
    assert wire.value().endswith(b"/1")
    gates[1].callback(None)
    assert wire.value().endswith(b"/2")


def test_a_client_that_does_not_read_stops_the_handler():
    sent = []

    async def serve(ex):
        ex.out.headers.set("Content-Length", "300")
        for n in range(3):
            ex.out.write(b"x" * 100)
            sent.append(n)
            await ex.out.drain()

    _, connection, _wire = open_to(serve)
    connection.pauseProducing()
    connection.dataReceived(get())
    assert sent == [0]
    connection.resumeProducing()
    assert sent == [0, 1, 2]


def test_a_client_that_goes_ends_its_handler():
    ended = []

    async def serve(ex):
        try:
            await Deferred()
        except Disconnected:
            ended.append("gone")
            raise

    site, connection, _ = open_to(serve)
    connection.dataReceived(get())
    assert site.connections == {connection}
    lose(connection)
    assert ended == ["gone"]
    assert site.connections == set()
    assert not site.house.reactor.getDelayedCalls()


def test_a_client_that_goes_in_the_middle_of_its_body():
    seen = []

    async def serve(ex):
        try:
            while await ex.body.read():
                pass
        except Disconnected:
            seen.append("gone")

    _, connection, _ = open_to(serve)
    connection.dataReceived(get("/", "Content-Length: 5", method="PUT") + b"ab")
    lose(connection)
    assert seen == ["gone"]


def test_a_half_closed_client_still_gets_what_has_begun():
    gate = Deferred()

    async def serve(ex):
        ex.out.write(b"x" * 4000)
        await gate
        ex.out.write(b"end")

    _, connection, wire = open_to(serve)
    connection.dataReceived(get())
    connection.readConnectionLost()
    assert not wire.closing
    gate.callback(None)
    assert wire.value().endswith(b"3\r\nend\r\n0\r\n\r\n")
    assert wire.closing


def test_bad_bytes_are_answered_and_the_connection_ends():
    connection, wire = connect(server(respond()))
    connection.dataReceived(get("/1") + b"\x16\x03\x01 garbage\r\n\r\n")
    assert wire.value().count(b"HTTP/1.1 ") == 2
    assert wire.value().endswith(b"400 Bad Request")
    assert wire.half_closed


def test_a_body_that_breaks_off_is_an_error_for_its_handler():
    seen = []

    async def serve(ex):
        try:
            while await ex.body.read():
                pass
        except Exception as error:
            seen.append(type(error).__name__)

    _, connection, wire = open_to(serve)
    connection.dataReceived(get("/", "Transfer-Encoding: chunked", method="PUT") + b"5\r\nab")
    connection.dataReceived(b"cdeXX")
    assert seen == ["BadBody"]
    assert wire.closing


def test_an_abort_sends_nothing():
    async def serve(ex):
        raise Aborted

    _, connection, wire = open_to(serve)
    connection.dataReceived(get())
    assert wire.aborted
    assert wire.value() == b""


def test_a_crash_ends_only_this_connection():
    async def serve(ex):
        raise KeyError("bug")

    site, connection, wire = open_to(serve)
    connection.dataReceived(get())
    assert wire.aborted
    assert site.house.log.records[0][:3] == ("http", "error", "handler crashed")


def test_what_was_promised_and_not_sent_ends_the_connection():
    async def serve(ex):
        ex.out.headers.set("Content-Length", "10")
        ex.out.write(b"short")

    _, connection, wire = open_to(serve)
    connection.dataReceived(get() + get())
    assert wire.closing
    assert wire.value().count(b"HTTP/1.1") == 1


def test_more_than_was_promised_is_not_sent():
    async def serve(ex):
        ex.out.headers.set("Content-Length", "3")
        ex.out.write(b"abcdef")

    _, connection, wire = open_to(serve)
    connection.dataReceived(get() + get())
    assert wire.value().count(b"\r\n\r\nabc") == 2
    assert b"abcd" not in wire.value()


def test_trailers_are_sent_behind_a_chunked_body():
    async def serve(ex):
        ex.out.headers.set("Trailer", "X-T")
        ex.out.write(b"abc")
        ex.out.set_trailers([("X-T", "1")])

    _, connection, wire = open_to(serve)
    connection.dataReceived(get())
    assert wire.value().endswith(b"3\r\nabc\r\n0\r\nX-T: 1\r\n\r\n")


def test_early_hints_come_first():
    async def serve(ex):
        ex.out.headers.add("Link", "</a>")
        ex.out.start(103)
        ex.out.start(200)

    _, connection, wire = open_to(serve)
    connection.dataReceived(get())
    first, second = wire.value().split(b"\r\n\r\n")[:2]
    assert first.startswith(b"HTTP/1.1 103 Early Hints")
    assert second.startswith(b"HTTP/1.1 200 OK")


def test_the_content_type_is_guessed_unless_it_must_not_be():
    async def serve(ex):
        ex.no_sniff = ex.request.path == "/no"
        ex.out.write(b"<html>")

    _, connection, wire = open_to(serve)
    connection.dataReceived(get("/yes") + get("/no"))
    assert wire.value().count(b"Content-Type: text/html; charset=utf-8") == 1


# Time.


def test_a_silent_client_is_sent_away():
    site = server(respond())
    _, wire = connect(site)
    site.house.reactor.advance(59)
    assert not wire.closing
    site.house.reactor.advance(2)
    assert wire.closing


def test_a_slow_head_is_cut_off():
    site = server({**respond(), "read_header_timeout": 5_000_000_000})
    connection, wire = connect(site)
    connection.dataReceived(get())
    for _ in range(20):
        site.house.reactor.advance(10)
    assert not wire.closing  # idle: it has five minutes
    connection.dataReceived(b"GET / HT")
    site.house.reactor.advance(4)
    connection.dataReceived(b"TP/1.1\r\n")
    assert not wire.closing
    site.house.reactor.advance(2)
    assert wire.closing


def test_an_idle_connection_is_closed():
    site = server({**respond(), "idle_timeout": 7_000_000_000})
    connection, wire = connect(site)
    connection.dataReceived(get())
    site.house.reactor.advance(6)
    connection.dataReceived(get())
    site.house.reactor.advance(6)
    assert not wire.closing
    site.house.reactor.advance(2)
    assert wire.disconnecting


def test_a_stalled_body_ends_the_connection():
    async def serve(ex):
        while await ex.body.read():
            pass

    site, connection, wire = open_to(serve)
    connection.dataReceived(get("/", "Content-Length: 5", method="PUT") + b"a")
    site.house.reactor.advance(59)
    connection.dataReceived(b"b")
    site.house.reactor.advance(59)
    assert not wire.aborted
    site.house.reactor.advance(2)
    assert wire.aborted


def test_a_handler_may_take_its_time():
    async def serve(ex):
        await Deferred()

    site, connection, wire = open_to(serve)
    connection.dataReceived(get())
    site.house.reactor.advance(10_000)
    assert not wire.closing


@pytest.mark.parametrize("which", ["read", "write"])
def test_whole_timeouts_if_there_are_any(which):
    async def serve(ex):
        await Deferred()

    site, connection, wire = open_to(serve, **{which: 5.0})
    connection.dataReceived(get())
    site.house.reactor.advance(6)
    assert wire.aborted


# The end of a server.


def test_a_stopping_server_closes_what_is_idle():
    gate = Deferred()

    async def serve(ex):
        if ex.request.path == "/slow":
            await gate

    site, idle, idle_wire = open_to(serve)
    idle.dataReceived(get("/quick"))
    others = {}
    for name, said in (("busy", get("/slow")), ("new", b""), ("begun", get("/quick")[:9])):
        connection, wire = Http1Connection(site), Wire()
        connection.makeConnection(wire)
        connection.dataReceived(said)
        others[name] = connection, wire
    site.closing = True
    for connection in tuple(site.connections):
        connection.drain_idle()
    assert idle_wire.closing
    assert not any(wire.closing for _, wire in others.values())
    gate.callback(None)
    assert others["busy"][1].closing
    others["new"][0].dataReceived(get("/quick"))  # it connected before the server began to stop
    others["begun"][0].dataReceived(get("/quick")[9:])
    for name in ("new", "begun"):
        assert b"Connection: close" in others[name][1].value()
        assert others[name][1].closing


def test_a_connection_that_says_nothing_does_not_keep_a_stopping_server():
    site, connection, wire = open_to(respond("hi"))
    site.closing = True
    connection.drain_idle()
    site.house.reactor.advance(4.9)
    assert not wire.closing
    site.house.reactor.advance(0.2)
    assert wire.closing


# Switching protocols.


def test_a_declined_switch_goes_on_with_http():
    site = server(respond("{http.request.uri}"))
    asked = get("/1", "Connection: Upgrade", "Upgrade: h2c")
    out = talk(site, asked + get("/2"))
    assert out.count(b"HTTP/1.1 200") == 2
    assert talk(site, asked, get("/2")) == out


def test_a_switch_hands_over_the_bytes():
    got, switched = [], []

    async def serve(ex):
        ex.out.headers.set("Upgrade", "x")
        ex.out.start(101)
        connection = ex.switch()
        switched.append(connection)
        connection.on_data(got.append, lambda: got.append("lost"), lambda: got.append("room"),
                           lambda: got.append("ended"))  # fmt: skip
        await Deferred()

    _, connection, wire = open_to(serve)
    connection.dataReceived(get("/", "Connection: Upgrade", "Upgrade: x") + b"first")
    connection.dataReceived(b"second")
    assert wire.value().startswith(b"HTTP/1.1 101 Switching Protocols\r\n")
    connection.pauseProducing()
    assert not switched[0].writable
    connection.resumeProducing()
    connection.readConnectionLost()
    switched[0].close()
    assert wire.disconnecting
    lose(connection)
    assert got == [b"first", b"second", "room", "ended", "lost"]
