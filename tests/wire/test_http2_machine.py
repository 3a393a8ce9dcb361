"""Both ends of an HTTP/2 connection, talking in memory; and h2's client against ours."""

import pytest
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import ConnectionTerminated, DataReceived, ResponseReceived, StreamReset
from h2.settings import SettingCodes
from hpack import Encoder
from hyperframe.frame import ContinuationFrame, HeadersFrame, PingFrame, SettingsFrame
from hypothesis import given
from hypothesis import strategies as st

from caddylite.wire.http2_frames import (
    CANCEL,
    ENHANCE_YOUR_CALM,
    NO_ERROR,
    PREFACE,
    Body,
    Broken,
    GoAway,
    Opened,
    Reset,
    Trailers,
)
from caddylite.wire.http2_machine import CONNECTION_WINDOW, STREAM_WINDOW, Machine
from tests.wire.http2_pair import GET, OK, Pair, bodies


def test_a_request_and_its_answer():
    pair = Pair()
    stream = pair.client.open(GET, ended=True)
    pair.run()
    assert pair.heard(pair.server) == [Opened(stream, GET, True)]
    pair.server.head(stream, OK, False)
    pair.server.body(stream, b"hello")
    pair.server.end(stream, [(b"t", b"1")])
    pair.run()
    heard = pair.heard(pair.client)
    assert heard == [
        Opened(stream, OK, False),
        Body(stream, b"hello", 5, False),
        Trailers(stream, [(b"t", b"1")]),
    ]
    assert pair.client.streams == pair.server.streams == 0


def test_an_informational_response_comes_before():
    pair = Pair()
    stream = pair.client.open(GET, ended=True)
    pair.run()
    pair.server.head(stream, [(b":status", b"103")], False)
    pair.server.head(stream, OK, True)
    pair.run()
    assert [e.informational for e in pair.heard(pair.client)] == [True, False]


def test_a_reset_reaches_the_other_end():
    pair = Pair()
    stream = pair.client.open(GET, ended=False)
    pair.run()
    pair.heard(pair.server)
    pair.client.reset(stream, CANCEL)
    pair.run()
    assert pair.heard(pair.server) == [Reset(stream, CANCEL)]
    pair.server.head(stream, OK, True)  # too late: nothing happens
    pair.server.body(stream, b"x")
    pair.server.end(stream)
    pair.run()
    assert pair.heard(pair.client) == []


def test_an_answer_to_what_was_reset_in_the_same_breath_is_dropped():
    pair = Pair()
    stream = pair.client.open(GET, ended=False)
    pair.client.reset(stream, CANCEL)
    for event in pair.server.receive(pair.client.take(True)):
        if isinstance(event, Opened):
            pair.server.head(stream, OK, False)
            pair.server.body(stream, b"x")
            pair.server.take(True)
    assert pair.server.streams == 0
    assert not pair.server.broken


def test_a_body_nobody_reads_is_dropped():
    pair = Pair()
    stream = pair.client.open(GET, ended=False)
    pair.run()
    pair.server.head(stream, OK, True)
    pair.client.body(stream, b"x" * 200_000)
    pair.client.end(stream, [(b"t", b"1")])
    pair.run()
    assert pair.heard(pair.client) == [Opened(stream, OK, True)]
    assert pair.heard(pair.server) == [Opened(stream, GET, False)]
    assert pair.server.streams == pair.client.streams == 0


def test_and_refused_if_it_goes_on_and_on():
    pair = Pair()
    stream = pair.client.open(GET, ended=False)
    pair.run()
    pair.server.head(stream, OK, True)
    pair.client.body(stream, b"x" * 2_000_000)
    pair.run()
    assert pair.heard(pair.client) == [Opened(stream, OK, True), Reset(stream, NO_ERROR)]
    assert pair.server.streams == 0


def test_a_good_bye_lets_open_streams_go_on():
    pair = Pair()
    stream = pair.client.open(GET, ended=True)
    pair.run()
    pair.server.leave(stream)
    pair.server.head(stream, OK, False)
    pair.server.body(stream, b"late")
    pair.server.end(stream)
    pair.run()
    heard = pair.heard(pair.client)
    assert heard[0] == GoAway(stream, NO_ERROR)
    assert bodies(heard) == b"late"


def test_how_many_streams_a_client_may_open():
    pair = Pair(max_streams=2)
    for _ in range(2):
        assert pair.client.takes_streams
        pair.client.open(GET, ended=True)
    assert not pair.client.takes_streams
    before = Machine(client=True, limit=1 << 14)
    for _ in range(100):  # nothing has been heard of the server yet
        before.open(GET, ended=True)
    assert not before.takes_streams


# The server against h2's client.


class Client:
    """h2's client and our server."""

    def __init__(self, limit=1 << 14):
        self.machine = Machine(client=False, limit=limit)
        self.h2 = H2Connection(H2Configuration(client_side=True, validate_outbound_headers=False))
        self.h2.initiate_connection()

    def say(self, data=None):
        """Send bytes (else what h2 has) and return the events of both."""
        data = self.h2.data_to_send() if data is None else data
        ours = list(self.machine.receive(data))
        return ours, self.h2.receive_data(self.machine.take(True))


def test_what_the_server_announces():
    client = Client()
    client.say()
    remote = client.h2.remote_settings
    assert remote.max_concurrent_streams == 250
    assert remote[SettingCodes.MAX_HEADER_LIST_SIZE] == 1 << 14
    assert remote[SettingCodes.INITIAL_WINDOW_SIZE] == STREAM_WINDOW
    assert client.h2.outbound_flow_control_window == CONNECTION_WINDOW


def test_bytes_may_come_one_by_one():
    client = Client()
    client.h2.send_headers(1, GET)
    client.h2.send_data(1, b"body", end_stream=True)
    data = client.h2.data_to_send()
    events = [e for i in range(len(data)) for e in client.machine.receive(data[i : i + 1])]
    assert [type(e) for e in events] == [Opened, Body]
    assert events[1].ended


def test_a_head_a_little_too_long_can_be_answered_and_a_longer_one_ends_it():
    client = Client(limit=1000)
    client.h2.send_headers(1, [*GET, (b"x", b"y" * 1500)], end_stream=True)
    assert [type(e) for e in client.say()[0]] == [Opened]
    client.h2.send_headers(3, [*GET, (b"x", b"y" * 2500)], end_stream=True)
    ours, theirs = client.say()
    assert [type(e) for e in ours] == [Broken]
    ended = theirs[-1]
    assert isinstance(ended, ConnectionTerminated)
    assert ended.error_code == ENHANCE_YOUR_CALM
    assert client.machine.broken
    assert list(client.machine.receive(b"anything")) == []


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        PREFACE + PingFrame(0, opaque_data=b"12345678").serialize()[:-1] + b"\0" * 70000,
        PREFACE + SettingsFrame(0, settings={4: 1 << 31}).serialize(),
        PREFACE + b"\0\0\1\0\0\0\0\0\0x",  # data on stream 0
        PREFACE + b"\0\x40\1\0\0\0\0\0\1",  # longer than frames may be
    ],
)
def test_nonsense_breaks_the_connection_and_nothing_else(data):
    machine = Machine(client=False, limit=1 << 14)
    assert [type(e) for e in machine.receive(data)] == [Broken]
    machine.head(1, OK, True)
    machine.end(1)
    machine.taken(1, 5)
    machine.leave()
    machine.take(True)
    assert machine.take(True) == b""


def test_a_head_in_endless_pieces_is_given_up():
    pieces = [HeadersFrame(1, data=b"\x40\x01a\x01b").serialize()]
    pieces += [ContinuationFrame(1, data=b"\x40\x01a\x01b").serialize() for _ in range(200)]
    machine = Machine(client=False, limit=1 << 14)
    events = list(machine.receive(PREFACE + SettingsFrame(0).serialize() + b"".join(pieces)))
    assert [type(e) for e in events] == [Broken]


def test_answers_are_counted():
    client = Client()
    client.say()
    before = client.machine.answered
    for _ in range(10):
        client.h2.ping(b"12345678")
    client.say()
    assert client.machine.answered == before + 10 * 17


def test_a_peer_cannot_make_us_remember_without_end():
    client = Client()
    client.h2.update_settings({SettingCodes.HEADER_TABLE_SIZE: 1 << 30})
    client.say()
    client.say(client.h2.data_to_send())
    for i in range(30):
        client.h2.send_headers(2 * i + 1, GET, end_stream=True)
        client.say()
        client.machine.head(2 * i + 1, [*OK, (b"x", b"%04d" % i * 500)], True)
        assert any(isinstance(e, ResponseReceived) for e in client.say(b"")[1])
    table = client.machine._h2.encoder.header_table
    assert sum(len(n) + len(v) for n, v in table.dynamic_entries) <= 4096


def test_padding_is_given_back_too():
    client = Client()
    client.h2.send_headers(1, GET)
    client.h2.send_data(1, b"x", pad_length=200)
    (_, body), _ = client.say()
    assert (body.data, body.size) == (b"x", 202)


def test_the_client_of_h2_understands_it():
    client = Client()
    client.h2.send_headers(1, GET, end_stream=True)
    client.say()
    client.machine.head(1, OK, False)
    client.machine.body(1, b"x" * 100)
    client.machine.end(1)
    _, theirs = client.say()
    kinds = [type(e) for e in theirs]
    assert kinds[:2] == [ResponseReceived, DataReceived]
    client.h2.send_headers(3, GET)
    client.say()
    client.machine.quit(ENHANCE_YOUR_CALM)
    _, theirs = client.say(b"")
    assert isinstance(theirs[-1], ConnectionTerminated)
    assert not any(isinstance(e, StreamReset) for e in theirs)


def _frame(kind, flags, stream, payload):
    return (
        len(payload).to_bytes(3, "big")
        + bytes((kind, flags))
        + stream.to_bytes(4, "big")
        + payload
    )


FRAMES = st.builds(
    _frame,
    st.sampled_from([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 200]),
    st.sampled_from([0, 1, 4, 5, 8, 0x2D]),
    st.sampled_from([0, 1, 2, 3, 5, 1 << 31]),
    st.one_of(
        st.binary(max_size=30),
        st.sampled_from([Encoder().encode(GET), Encoder().encode(OK), bytes(4), b"12345678"]),
    ),
)


@given(st.lists(FRAMES, max_size=12), st.booleans(), st.integers(1, 60))
def test_no_frames_bring_it_down(frames, client, size):
    machine = Machine(client=client, limit=1 << 14)
    if client:
        machine.open(GET, ended=False)
    data = b"".join(([] if client else [PREFACE]) + [_frame(4, 0, 0, b""), *frames])
    for at in range(0, len(data), size):
        for event in machine.receive(data[at : at + size]):
            if isinstance(event, Opened) and not client:
                machine.head(event.stream, OK, False)
                machine.body(event.stream, b"x" * 100_000)
                machine.end(event.stream)
            elif isinstance(event, Body):
                machine.taken(event.stream, event.size)
        machine.take(True)
