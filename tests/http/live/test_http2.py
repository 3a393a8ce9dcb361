"""HTTP/2 on the server's side, over a transport in memory."""

import pytest
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import ConnectionTerminated, InformationalResponseReceived, ResponseReceived
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone
from twisted.python.failure import Failure

from caddylite.http.live.app import ServerFactory
from caddylite.http.live.choosing import Choosing
from caddylite.http.live.errors import Aborted, BadBody, Disconnected
from caddylite.http.live.http1 import Http1Connection
from caddylite.http.live.http2_server import Http2Connection
from caddylite.http.live.serving import Limits, Serving
from caddylite.http.request import TLSState
from caddylite.wire.http2_frames import (
    CANCEL,
    INTERNAL_ERROR,
    NO_ERROR,
    PREFACE,
    PROTOCOL_ERROR,
    REFUSED_STREAM,
    Body,
    GoAway,
    Opened,
    Reset,
    Trailers,
)
from caddylite.wire.http2_machine import STREAM_WINDOW
from tests.http.live.http2_peer import Peer, bodies
from tests.http.live.support import House, Wire, get, routes, server


class Scripted(Serving):
    """A server whose handler is a test's coroutine function."""

    def __init__(self, serve, **limits):
        super().__init__(House(), Limits(**limits))
        self._serve = serve

    def serve(self, ex):
        return self._serve(ex)


class Client:
    """A client with a connection to a server."""

    def __init__(self, site, **limits):
        self.site = site if isinstance(site, Serving) else Scripted(site, **limits)
        self.connection, self.wire = Http2Connection(self.site), Wire()
        self.connection.makeConnection(self.wire)
        self.peer = Peer(self.connection, self.wire, client=True)
        self.machine = self.peer.machine
        self.run = self.peer.run

    def ask(self, path="/", *fields, method="GET", ended=True, host="example.com"):
        pseudo = ((":method", method), (":scheme", "https"), (":path", path), (":authority", host))
        listed = [(n.encode(), v.encode()) for n, v in (*pseudo, *fields)]
        return self.machine.open(listed, ended)

    def get(self, *args, **more):
        """Ask and return (status, fields, body, trailers)."""
        stream = self.ask(*args, **more)
        return answer(self.run(), stream)

    def passes(self, seconds):
        self.site.house.reactor.advance(seconds)

    def lose(self):
        self.connection.connectionLost(Failure(ConnectionDone()))


def answer(events, stream):
    """Put the answer on a stream together: status, fields, body, trailers."""
    heads = [e for e in events if isinstance(e, Opened) and e.stream == stream]
    fields = {n.decode(): v.decode() for n, v in heads[-1].fields}
    behind = [e.fields for e in events if isinstance(e, Trailers) and e.stream == stream]
    return int(fields.pop(":status")), fields, bodies(events, stream), behind


def respond(body="hello", **more):
    return routes({"handler": "static_response", "body": body, **more})


async def hello(ex):
    ex.out.write(b"hello")


# Requests and answers.


def test_a_short_answer_says_its_length():
    status, fields, body, _ = Client(server(respond())).get()
    assert (status, body) == (200, b"hello")
    assert fields == {
        "server": "Caddy",
        "content-type": "text/plain; charset=utf-8",
        "content-length": "5",
        "date": "Tue, 14 Nov 2023 22:13:20 GMT",
    }


def test_what_handlers_see():
    keys = (
        "proto",
        "method",
        "scheme",
        "hostport",
        "uri",
        "remote.host",
        "header.x-a",
        "proto_name",
    )
    site = server(respond("|".join(f"{{http.request.{k}}}" for k in keys)))
    client = Client(site)
    _, _, body, _ = client.get("/a%20b?c=d", ("x-a", "1"), ("x-a", "2"), method="PUT", host="h:1")
    assert body == b"HTTP/2.0|PUT|http|h:1|/a%20b?c=d|192.0.2.7|1,2|HTTP/2"


def test_the_protocol_matcher_knows_it():
    say = {"handler": "static_response", "body": "two"}
    config = {"routes": [{"match": [{"protocol": "http/2"}], "handle": [say]}]}
    assert Client(server(config)).get()[2] == b"two"


def test_streams_do_not_wait_for_each_other():
    waits = {}

    async def serve(ex):
        waits[ex.request.path] = Deferred()
        await waits[ex.request.path]
        ex.out.write(ex.request.path.encode())

    client = Client(serve)
    streams = [client.ask(f"/{i}") for i in range(3)]
    client.run()
    for i in (2, 0, 1):
        waits[f"/{i}"].callback(None)
        assert answer(client.run(), streams[i])[2] == b"/%d" % i


def test_a_head_request_and_statuses_without_a_body():
    client = Client(server(respond()))
    status, _, body, _ = client.get(method="HEAD")
    assert (status, body) == (200, b"")
    client = Client(server(respond(status_code=204)))
    assert client.get()[::2] == (204, b"")
    assert client.machine.streams == 0


def test_connection_fields_of_handlers_stay_here():
    headers = {"Connection": ["keep-alive"], "Transfer-Encoding": ["chunked"], "X": ["a\nb"]}
    _, fields, _, _ = Client(server(respond(headers=headers))).get()
    assert fields["x"] == "a b"
    assert not {"connection", "transfer-encoding"} & set(fields)


def test_a_body_and_its_trailers_both_ways():
    async def serve(ex):
        data = b""
        while piece := await ex.body.read():
            data += piece
        ex.out.write(data.upper())
        ex.out.set_trailers([("X-Sum", str(ex.body.trailers))])

    client = Client(serve)
    stream = client.ask(method="POST", ended=False)
    client.machine.body(stream, b"abc")
    client.run()
    client.machine.body(stream, b"def")
    client.machine.end(stream, [(b"t", b"1")])
    status, _, body, behind = answer(client.run(), stream)
    assert (status, body) == (200, b"ABCDEF")
    assert behind == [[(b"x-sum", b"[('T', '1')]")]]


def test_a_body_longer_than_said_is_not_sent_and_a_shorter_one_is_no_answer():
    async def serve(ex):
        ex.out.headers.set("Content-Length", "3")
        ex.out.write(b"hello" if ex.request.path == "/long" else b"h")

    client = Client(serve)
    assert client.get("/long")[2] == b"hel"
    stream = client.ask("/short")
    assert Reset(stream, INTERNAL_ERROR) in client.run()


def test_options_for_the_server_itself():
    status, fields, _, _ = Client(server(respond())).get("*", method="OPTIONS")
    assert status == 200
    assert "server" not in fields


def test_leave_to_send_a_body_is_given_when_it_is_wanted():
    wanted = Deferred()

    async def serve(ex):
        await wanted
        ex.out.write(await ex.body.read())

    client = Client(serve)
    stream = client.ask("/", ("expect", "100-continue"), method="POST", ended=False)
    assert client.run() == []
    wanted.callback(None)
    (head,) = client.run()
    assert head.informational
    client.machine.body(stream, b"now")
    client.machine.end(stream)
    assert answer(client.run(), stream)[2] == b"now"


def test_hints_come_early():
    async def serve(ex):
        ex.out.headers.set("Link", "</a.css>")
        ex.out.start(103)
        ex.out.write(b"later")

    client = Client(serve)
    stream = client.ask()
    events = client.run()
    assert [(e.informational, e.fields[0][1]) for e in events if isinstance(e, Opened)] == [
        (True, b"103"), (False, b"200"),
    ]  # fmt: skip
    assert bodies(events, stream) == b"later"


# Flow control.


def test_an_answer_waits_for_the_client():
    written = []

    async def serve(ex):
        for _ in range(20):
            ex.out.write(b"x" * 100_000)
            written.append(1)
            await ex.out.drain()

    client = Client(serve)
    stream = client.ask()
    got = len(bodies(client.run()))
    assert got == STREAM_WINDOW
    assert len(written) < 5
    while got < 2_000_000:
        client.machine.taken(stream, STREAM_WINDOW)
        got += len(bodies(client.run()))
    assert got == 2_000_000
    assert client.connection.streams == {}


def test_and_for_the_transport():
    async def serve(ex):
        ex.out.write(b"x" * 100_000)
        await ex.out.drain()

    client = Client(serve)
    client.run()
    client.connection.pauseProducing()
    client.ask()
    events = client.run()
    assert [type(e) for e in events] == [Opened]
    client.connection.resumeProducing()
    assert len(bodies(client.run())) == 100_000


def test_a_request_waits_for_its_handler():
    go_on, got = Deferred(), []

    async def serve(ex):
        await go_on
        while piece := await ex.body.read():
            got.append(piece)

    client = Client(serve)
    stream = client.ask(method="POST", ended=False)
    client.machine.body(stream, b"x" * 1_000_000)
    client.machine.end(stream)
    client.run()
    assert client.machine.full(stream)
    go_on.callback(None)
    client.run()
    assert sum(map(len, got)) == 1_000_000
    assert not client.machine.full(stream)


def test_a_client_that_takes_nothing_is_not_waited_for_for_ever():
    async def serve(ex):
        try:
            while True:
                ex.out.write(b"x" * 100_000)
                await ex.out.drain()
        except Disconnected:
            ended.append(True)
            raise

    ended = []
    client = Client(serve, write_idle=30.0)
    stream = client.ask()
    client.run()
    client.passes(29)
    assert not ended
    client.passes(2)
    assert ended
    assert Reset(stream, CANCEL) in client.run()


def test_nor_for_the_end_of_an_answer():
    async def serve(ex):
        ex.out.write(b"x" * (STREAM_WINDOW + 1000))

    client = Client(serve, write_idle=30.0)
    stream = client.ask()
    client.run()
    assert client.connection.streams
    client.passes(31)
    assert Reset(stream, CANCEL) in client.run()
    assert not client.connection.streams


def test_a_body_that_does_not_come_is_not_waited_for_for_ever():
    async def serve(ex):
        await ex.body.read()

    client = Client(serve, read_idle=10.0)
    stream = client.ask(method="POST", ended=False)
    client.run()
    client.passes(11)
    assert client.run() == [Reset(stream, CANCEL)]


def test_a_request_as_a_whole_may_have_its_limit():
    async def serve(ex):
        await Deferred()

    client = Client(serve, write=5.0)
    stream = client.ask()
    client.run()
    client.passes(6)
    assert client.run() == [Reset(stream, CANCEL)]


# Early ends.


def test_a_client_that_changes_its_mind():
    ended = []

    async def serve(ex):
        try:
            await Deferred()
        except Disconnected:
            ended.append(ex.request.path)
            raise

    client = Client(serve)
    stream, other = client.ask("/a"), client.ask("/b")
    client.run()
    client.machine.reset(stream, CANCEL)
    client.run()
    assert ended == ["/a"]
    client.lose()
    assert ended == ["/a", "/b"]
    assert client.site.connections == set()
    assert other > stream


@pytest.mark.parametrize("problem", [Aborted(), ValueError("a bug")])
def test_a_handler_that_fails_ends_its_stream_only(problem):
    async def serve(ex):
        if ex.request.path == "/bad":
            raise problem
        ex.out.write(b"good")

    client = Client(serve)
    stream = client.ask("/bad")
    assert client.run() == [Reset(stream, INTERNAL_ERROR)]
    assert client.get("/")[2] == b"good"
    crashes = [r for r in client.site.house.log.records if r[2] == "handler crashed"]
    assert len(crashes) == isinstance(problem, ValueError)


@pytest.mark.parametrize(
    "fields",
    [[("connection", "close")], [("x", "a"), (":path", "/")], [("Upper", "x")], [("te", "gzip")]],
)
def test_malformed_requests_end_their_stream_only(fields):
    client = Client(hello)
    client.machine._h2.config.normalize_outbound_headers = False
    stream = client.ask("/", *fields)
    assert client.run() == [Reset(stream, PROTOCOL_ERROR)]
    assert client.get()[2] == b"hello"


def test_malformed_trailers():
    caught = []

    async def serve(ex):
        try:
            while await ex.body.read():
                pass
        except (BadBody, Disconnected) as error:
            caught.append(error)
            raise

    client = Client(serve)
    stream = client.ask(method="POST", ended=False)
    client.run()
    client.machine.end(stream, [(b":path", b"/")])
    assert Reset(stream, PROTOCOL_ERROR) not in client.run()  # both ends are through
    assert caught


def test_a_head_that_is_too_long():
    client = Client(hello, max_header_bytes=1000)
    status, _, body, _ = client.get("/", ("x", "y" * 1500))
    assert (status, body) == (431, b"431 Request Header Fields Too Large")
    assert client.get()[0] == 200


def test_nonsense_ends_the_connection():
    client = Client(hello)
    client.run()
    client.connection.dataReceived(b"\0\0\1\0\0\0\0\0\0x")
    assert client.wire.closing
    client.passes(6)
    assert client.wire.aborted


def test_a_client_that_only_opens_and_resets_is_left():
    client = Client(hello)
    client.run()
    for _ in range(1100):
        stream = client.ask(method="POST", ended=False)
        client.machine.reset(stream, CANCEL)
        client.run()
        if client.wire.closing:
            break
    assert client.wire.closing
    assert client.machine._h2.highest_outbound_stream_id < 2 * 1010


def test_nor_does_it_get_anywhere_with_empty_frames():
    async def serve(ex):
        await ex.body.read()

    client = Client(serve)
    stream = client.ask(method="POST", ended=False)
    client.run()
    empty = b"\0\0\0\0\0" + stream.to_bytes(4, "big")
    client.connection.dataReceived(empty * 1100)
    assert client.wire.closing


# Time, and the server's end.


def test_a_client_that_says_nothing_and_one_that_says_no_more():
    client = Client(hello, read_header=10.0, idle=60.0)
    client.passes(11)
    assert client.wire.closing
    client = Client(hello, read_header=10.0, idle=60.0)
    client.get()
    client.passes(59)
    client.get()
    client.passes(59)
    assert not client.wire.closing
    client.passes(2)
    assert client.run() == [GoAway(3, NO_ERROR)]
    assert client.wire.closing


def test_a_server_that_stops_answers_what_it_has_been_asked():
    go_on = Deferred()

    async def serve(ex):
        await go_on
        ex.out.write(b"at last")

    client = Client(serve)
    stream = client.ask()
    client.run()
    client.site.closing = True
    client.connection.drain_idle()
    (announced,) = client.run()
    assert announced == GoAway((1 << 31) - 1, NO_ERROR)
    late = client.ask()  # it was on its way
    client.run()
    client.passes(1.1)
    assert client.run() == [GoAway(late, NO_ERROR)]
    too_late = client.ask()
    assert client.run() == [Reset(too_late, REFUSED_STREAM)]
    go_on.callback(None)
    events = client.run()
    assert [answer(events, s)[2] for s in (stream, late)] == [b"at last"] * 2
    client.passes(0.6)
    assert client.wire.closing


def test_an_idle_connection_is_told_and_closed():
    client = Client(hello)
    client.get()
    client.connection.drain_idle()
    assert client.run() == [GoAway(1, NO_ERROR)]
    assert not client.wire.closing
    client.passes(0.6)
    assert client.wire.closing


def test_a_handler_can_end_the_connection():
    client = Client(server(respond(headers={"Connection": ["close"]})))
    stream = client.ask()
    events = client.run()
    assert answer(events, stream)[2] == b"hello"
    assert any(isinstance(e, GoAway) for e in events)
    client.passes(2)
    assert client.wire.closing


def test_a_client_that_says_good_bye_gets_its_answers():
    go_on = Deferred()

    async def serve(ex):
        await go_on
        ex.out.write(b"bye")

    client = Client(serve)
    stream = client.ask()
    client.run()
    client.machine.leave(0)
    client.run()
    go_on.callback(None)
    assert answer(client.run(), stream)[2] == b"bye"


def test_the_log_says_which_version_it_was():
    client = Client(server({**respond(), "logs": {"default_logger_name": "x"}}))
    client.get()
    (record,) = [r for r in client.site.house.log.records if r[2] == "handled request"]
    assert record[3]["request"]["proto"] == "HTTP/2.0"
    assert (record[3]["status"], record[3]["size"]) == (200, 5)


# Which version it is.


class SecureWire(Wire):
    def __init__(self, alpn):
        super().__init__()
        self.tls_state = TLSState(alpn=alpn)


def chosen(wire, *pieces, protocols=("h1", "h2")):
    connection = ServerFactory(server(respond()), protocols).buildProtocol(None)
    connection.makeConnection(wire)
    for piece in pieces:
        connection.dataReceived(piece)
    return connection


def test_tls_says_which_version_it_is():
    assert isinstance(chosen(SecureWire("h2"))._chosen, Http2Connection)
    assert isinstance(chosen(SecureWire("http/1.1"))._chosen, Http1Connection)
    assert isinstance(chosen(SecureWire(""), PREFACE)._chosen, Http1Connection)


def test_or_the_first_bytes_do():
    for size in (1, 7, 100):
        pieces = [PREFACE[i : i + size] for i in range(0, len(PREFACE), size)]
        assert isinstance(chosen(Wire(), *pieces)._chosen, Http2Connection)
    wire = Wire()
    data = get()
    made = chosen(wire, *(data[i : i + 1] for i in range(len(data))))
    assert isinstance(made._chosen, Http1Connection)
    assert wire.value().endswith(b"hello")


def test_what_is_switched_off_is_not_spoken():
    assert isinstance(chosen(Wire(), protocols=("h1",)), Http1Connection)
    wire = Wire()
    chosen(wire, get(), protocols=("h2c",))
    assert wire.closing


def test_while_nothing_is_known_it_may_end_in_every_way():
    wire = Wire()
    undecided = chosen(wire, PREFACE[:5])
    assert isinstance(undecided, Choosing)
    site = undecided._server
    assert len(site.connections) == 1
    undecided.connectionLost(Failure(ConnectionDone()))
    assert site.connections == set()
    slow = chosen(Wire(), b"P")
    slow._server.house.reactor.advance(61)
    assert slow.transport.closing
    fresh = chosen(Wire())
    fresh._server.closing = True
    fresh._chosen.drain_idle()
    fresh.dataReceived(get())
    assert fresh.transport.value().endswith(b"hello")
    assert fresh.transport.closing


# With h2's own client.


def test_the_client_of_h2():
    wire = Wire()
    connection = chosen(wire)
    client = H2Connection(H2Configuration(client_side=True, header_encoding="utf-8"))
    client.initiate_connection()
    client.send_headers(
        1,
        [(":method", "GET"), (":path", "/"), (":scheme", "http"), (":authority", "a")],
        end_stream=True,
    )
    connection.dataReceived(client.data_to_send())
    events = client.receive_data(wire.value())
    assert [e.headers[0][1] for e in events if isinstance(e, ResponseReceived)] == ["200"]
    assert not any(
        isinstance(e, ConnectionTerminated | InformationalResponseReceived) for e in events
    )
    assert any(getattr(e, "data", b"") == b"hello" for e in events)


def test_bodies_of_requests_are_given_back_when_nobody_reads_them():
    client = Client(hello)
    for _ in range(12):
        stream = client.ask(method="POST", ended=False)
        client.machine.body(stream, b"x" * 200_000)
        client.machine.end(stream)
        events = client.run()
        assert answer(events, stream)[2] == b"hello"
        assert not [e for e in events if isinstance(e, Body) and not e.data and not e.ended]
