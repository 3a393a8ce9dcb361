"""A connection to an upstream that speaks HTTP/2: many requests at a time."""

import pytest
from twisted.internet.error import ConnectionDone
from twisted.python.failure import Failure

from caddylite.http.live.proxy.call import UpstreamError
from caddylite.http.live.proxy.http2 import Http2Upstream
from caddylite.wire.http2_frames import CANCEL, NO_ERROR, REFUSED_STREAM, Opened, Reset, Trailers
from caddylite.wire.http2_machine import STREAM_WINDOW
from tests.http.live.http2_peer import OK, Peer, bodies, outcome
from tests.http.live.support import House, Wire


class Upstream:
    """A connection with its peer."""

    def __init__(self, idle=60.0, **more):
        self.house = House()
        self.link, self.wire = Http2Upstream(self.house, "http", 1 << 16, idle), Wire()
        self.link.makeConnection(self.wire)
        self.peer = Peer(self.link, self.wire, **more)
        self.peer.run()

    def ask(self, method="GET", length=0):
        call = self.link.begin(method, 0, lambda reusable: None)
        call.send(method, "/x", [("Host", "h"), ("Via", "1.1 Caddy")], length)
        if length == 0:
            call.end([])
        return call

    def lose(self):
        self.link.connectionLost(Failure(ConnectionDone()))


def failed(result):
    ((kind, error),) = result
    assert kind == "failed"
    assert isinstance(error, UpstreamError)
    return error


def test_a_request_and_its_response():
    up = Upstream()
    call = up.ask()
    (opened,) = up.peer.run()
    assert opened.fields[:5] == [
        (b":method", b"GET"), (b":scheme", b"http"), (b":path", b"/x"), (b":authority", b"h"),
        (b"via", b"1.1 Caddy"),
    ]  # fmt: skip
    head = outcome(call.answer.head())
    assert head == []
    up.peer.answer(call.stream, b"hello")
    up.peer.run()
    assert (head[0][1].status, head[0][1].version) == (200, "2.0")
    assert outcome(call.answer.body.read()) == [("done", b"hello")]
    assert outcome(call.answer.body.read()) == [("done", b"")]
    assert call.over
    assert up.link.takes
    assert not up.wire.closing


def test_requests_share_it():
    up = Upstream()
    calls = [up.ask() for _ in range(20)]
    up.peer.run()
    for call in reversed(calls):
        up.peer.answer(call.stream, b"%d" % call.stream)
    up.peer.run()
    said = [outcome(call.answer.body.read())[0][1] for call in calls]
    assert said == [b"%d" % call.stream for call in calls]


def test_only_as_many_as_the_upstream_takes():
    up = Upstream(max_streams=2)
    first = up.ask()
    assert up.link.takes
    up.ask()
    assert not up.link.takes
    up.peer.run()
    up.peer.answer(first.stream)
    up.peer.run()
    assert up.link.takes


def test_one_too_many_is_refused_without_harm():
    up = Upstream(max_streams=1)
    up.ask()
    error = failed(outcome(up.ask().answer.head()))
    assert error.refused


def test_a_body_goes_out_as_fast_as_it_is_taken():
    up = Upstream()
    call = up.ask("POST", None)
    call.write(b"x" * (STREAM_WINDOW + 100_000))
    heard = up.peer.run()
    assert len(bodies(heard)) == STREAM_WINDOW
    waiting = outcome(call.drained())
    assert waiting == []
    up.peer.machine.taken(call.stream, STREAM_WINDOW)
    assert len(bodies(up.peer.run())) == 100_000
    assert waiting == [("done", None)]
    call.end([("T", "1")])
    assert up.peer.run() == [Trailers(call.stream, [(b"t", b"1")])]


def test_nothing_goes_out_while_the_transport_is_full():
    up = Upstream()
    call = up.ask("POST", None)
    up.peer.run()
    up.link.pauseProducing()
    call.write(b"x" * 100_000)
    assert outcome(call.drained()) == []
    assert up.wire.value() == b""
    up.link.resumeProducing()
    assert len(bodies(up.peer.run())) == 100_000


def test_a_response_comes_as_fast_as_it_is_read():
    up = Upstream()
    call = up.ask()
    up.peer.run()
    data = bytes(range(256)) * 8192
    up.peer.answer(call.stream, data)
    up.peer.run()
    got = b""
    while len(got) < len(data):
        ((_, piece),) = outcome(call.answer.body.read())
        got += piece
        assert len(got) + STREAM_WINDOW <= len(data) + STREAM_WINDOW
        up.peer.run()
    assert got == data


def test_trailers_and_informational_heads():
    up = Upstream()
    call = up.ask()
    up.peer.run()
    up.peer.machine.head(call.stream, [(b":status", b"103"), (b"link", b"</a>")], False)
    up.peer.machine.head(call.stream, OK, False)
    up.peer.machine.end(call.stream, [(b"grpc-status", b"0")])
    up.peer.run()
    early, final = (outcome(call.answer.head())[0][1] for _ in range(2))
    assert (early.status, early.informational, final.status) == (103, True, 200)
    assert outcome(call.answer.body.read()) == [("done", b"")]
    assert call.answer.body.trailers == [("Grpc-Status", "0")]


@pytest.mark.parametrize("code", [REFUSED_STREAM, CANCEL])
def test_a_stream_that_is_reset(code):
    up = Upstream()
    call, other = up.ask(), up.ask()
    up.peer.run()
    up.peer.machine.reset(call.stream, code)
    up.peer.answer(other.stream, b"fine")
    up.peer.run()
    error = failed(outcome(call.answer.head()))
    assert error.refused == (code == REFUSED_STREAM)
    assert "stream ID 1" in str(error)
    assert outcome(other.answer.body.read()) == [("done", b"fine")]


def test_an_answer_before_the_request_is_through_ends_both():
    up = Upstream()
    call = up.ask("POST", None)
    call.write(b"x")
    up.peer.run()
    up.peer.answer(call.stream, b"no")
    heard = up.peer.run()
    assert call.over
    assert outcome(call.answer.body.read()) == [("done", b"no")]
    failed(outcome(call.drained()))
    assert heard == [Reset(call.stream, NO_ERROR)]
    assert up.link.takes


def test_good_bye():
    up = Upstream()
    seen, unseen = up.ask(), up.ask()
    up.peer.run()
    up.peer.machine.leave(seen.stream)
    up.peer.answer(seen.stream, b"last")
    up.peer.run()
    assert failed(outcome(unseen.answer.head())).refused
    assert outcome(seen.answer.body.read()) == [("done", b"last")]
    assert not up.link.takes
    up.house.reactor.advance(1)
    assert up.wire.closing


def test_a_lost_connection():
    up = Upstream()
    first = up.ask()
    up.peer.run()
    up.lose()
    assert not failed(outcome(first.answer.head())).unanswered
    up = Upstream()
    up.peer.answer(up.ask().stream)
    second = up.ask()
    up.lose()
    assert failed(outcome(second.answer.head())).unanswered  # it had been kept
    assert not up.link.takes


def test_giving_up_ends_the_stream_only():
    up = Upstream()
    call, other = up.ask("POST", None), up.ask()
    up.peer.run()
    call.give_up(UpstreamError("net/http: timeout", timed_out=True))
    assert up.peer.run() == [Reset(call.stream, CANCEL)]
    assert failed(outcome(call.answer.head())).timed_out
    up.peer.answer(other.stream)
    up.peer.run()
    assert outcome(other.answer.head())[0][0] == "done"


def test_what_nobody_reads_does_not_use_up_the_connection():
    up = Upstream()
    for _ in range(12):
        call = up.ask()
        up.peer.run()
        up.peer.answer(call.stream, b"x" * STREAM_WINDOW)
        heard = up.peer.run()
        assert not [e for e in heard if not isinstance(e, Opened)]
        assert outcome(call.answer.head())[0][1].status == 200
        call.close()
    call = up.ask()
    up.peer.run()
    up.peer.answer(call.stream, b"still")
    up.peer.run()
    assert outcome(call.answer.body.read()) == [("done", b"still")]


def test_nonsense():
    up = Upstream()
    call = up.ask()
    up.peer.run()
    up.peer.answer(call.stream, fields=[(b":status", b"abc")])
    up.peer.run()
    assert call.over
    assert "malformed" in str(failed(outcome(call.answer.head())))
    other = up.ask()
    up.link.dataReceived(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 9)
    assert "connection error" in str(failed(outcome(other.answer.head())))
    assert up.wire.closing


def test_an_idle_connection_is_closed_after_a_while():
    up = Upstream(idle=10)
    call = up.ask()
    up.house.reactor.advance(20)
    assert not up.wire.closing
    up.peer.run()
    up.peer.answer(call.stream)
    up.peer.run()
    up.house.reactor.advance(9)
    assert up.link.takes
    up.house.reactor.advance(2)
    assert up.wire.closing
    assert not up.link.takes
    up.house.reactor.advance(10)
    assert up.wire.aborted  # since it did not close


def test_or_at_once_where_none_are_kept():
    up = Upstream(idle=0)
    call = up.ask()
    up.peer.run()
    up.peer.answer(call.stream)
    up.peer.run()
    up.house.reactor.advance(0.01)
    assert up.wire.closing


def test_a_peer_that_only_pings_and_reads_nothing_is_left():
    up = Upstream()
    up.link.pauseProducing()
    ping = b"\0\0\x08\x06\0\0\0\0\x0012345678"
    for _ in range(20):
        up.link.dataReceived(ping * 1000)
    assert up.wire.aborted
