"""Bodies wait for their windows, for the transport and for each other."""

from caddylite.wire.http2_frames import Body, Opened
from caddylite.wire.http2_machine import CONNECTION_WINDOW, STREAM_WINDOW
from caddylite.wire.http2_turns import BUDGET, LOW_WATER
from tests.wire.http2_pair import GET, OK, Pair, bodies


def test_a_body_waits_for_its_window_and_its_writer_is_told():
    pair = Pair()
    stream = pair.client.open(GET, ended=True)
    pair.run()
    pair.server.head(stream, OK, False)
    data = bytes(range(256)) * 4096
    pair.server.body(stream, data)
    pair.server.end(stream)
    assert pair.server.full(stream)
    pair.run()
    heard = pair.heard(pair.client)
    assert len(bodies(heard)) == STREAM_WINDOW
    assert pair.server.full(stream)
    assert pair.server.relieved() == []
    got, relieved = bodies(heard), False
    while len(got) < len(data):
        pair.client.taken(stream, STREAM_WINDOW)
        pair.run()
        got += bodies(pair.heard(pair.client))
        relieved = relieved or pair.server.relieved() == [stream]
    assert got == data
    assert relieved
    assert not pair.server.full(stream)
    assert pair.client.streams == 0


def test_nothing_of_bodies_goes_out_without_room():
    pair = Pair()
    stream = pair.client.open(GET, ended=True)
    pair.run()
    pair.server.head(stream, OK, False)
    pair.server.body(stream, b"x")
    pair.run(room=False)
    assert [type(e) for e in pair.heard(pair.client)] == [Opened]
    pair.run()
    assert bodies(pair.heard(pair.client)) == b"x"


def test_bodies_take_turns():
    pair = Pair()
    streams = [pair.client.open(GET, ended=True) for _ in range(3)]
    pair.run()
    for stream in streams:
        pair.server.head(stream, OK, False)
        pair.server.body(stream, b"x" * 40_000)
    pair.run()
    order = [e.stream for e in pair.heard(pair.client) if isinstance(e, Body)]
    assert order[:6] == streams * 2
    assert sum(1 for s in order if s == streams[0]) == 3


def test_one_stream_does_not_use_up_the_connection():
    assert STREAM_WINDOW * 4 <= CONNECTION_WINDOW
    assert LOW_WATER < STREAM_WINDOW


def test_a_writer_is_told_of_the_end_too():
    pair = Pair()
    stream = pair.client.open(GET, ended=True)
    pair.run()
    pair.server.head(stream, OK, False)
    pair.server.body(stream, b"x")
    pair.server.end(stream, [(b"t", b"1")])
    assert pair.server.unsent(stream)
    pair.run()
    assert pair.server.relieved() == [stream]
    assert not pair.server.unsent(stream)


def test_not_more_than_a_budget_goes_out_at_once():
    pair = Pair()
    stream = pair.client.open(GET, ended=True)
    pair.run()
    pair.server.head(stream, OK, False)
    pair.server.body(stream, b"x" * (BUDGET * 2))
    assert BUDGET < len(pair.server.take(True)) < BUDGET * 1.1
