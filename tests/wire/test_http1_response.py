"""The client's reading side."""

import pytest

from caddylite.wire.http1 import Data, End
from caddylite.wire.http1_response import BadResponse, ResponseHead, ResponseReader


def read(data, method="GET", size=None, closed=False):
    reader = ResponseReader(method)
    pieces = [data] if size is None else [data[i : i + size] for i in range(0, len(data), size)]
    events = [e for p in pieces for e in reader.feed(p)]
    if closed:
        events += reader.end_of_stream()
    return events, reader


def shape(events):
    body = b"".join(e.data for e in events if isinstance(e, Data))
    return [e for e in events if not isinstance(e, Data)], body


CASES = [
    ("GET", b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", 200, 3, b"abc", True),
    ("HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", 200, 3, b"", True),
    ("GET", b"HTTP/1.1 204 No\r\n\r\n", 204, 0, b"", True),
    ("GET", b"HTTP/1.1 304 Not\r\nContent-Length: 9\r\n\r\n", 304, 9, b"", True),
    ("GET", b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\na", 200, 1, b"a",
     False),
    ("GET", b"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na", 200, 1, b"a", False),
    ("GET", b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\na", 200, 1,
     b"a", True),
    ("GET", b"HTTP/1.1 200\nContent-Length: 1\n\na", 200, 1, b"a", True),
    ("GET", b"HTTP/1.1 200 OK\r\nUpgrade: h2\r\nConnection: Upgrade\r\nContent-Length: 1\r\n\r\na",
     200, 1, b"a", True),
    ("GET", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n", 200, None,
     b"a", True),
]  # fmt: skip


@pytest.mark.parametrize(("method", "data", "status", "length", "body", "reusable"), CASES)
def test_responses(method, data, status, length, body, reusable):
    for size in (None, 1, 2, 5):
        events, reader = read(data, method, size)
        (head, end), got = shape(events)
        assert isinstance(head, ResponseHead)
        assert (head.status, head.length, got) == (status, length, body)
        assert isinstance(end, End)
        assert reader.done
        assert reader.reusable is reusable


def test_informational_heads_come_first():
    events, _ = read(
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\n"
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
    )
    heads, _ = shape(events)
    assert [getattr(h, "status", None) for h in heads] == [100, 103, 200, None]
    assert [h.informational for h in heads[:3]] == [True, True, False]


def test_a_body_may_end_with_the_connection():
    events, reader = read(b"HTTP/1.1 200 OK\r\n\r\nabc", closed=True)
    assert shape(events)[1] == b"abc"
    assert isinstance(events[-1], End)
    assert not reader.reusable


def test_trailers():
    events, _ = read(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nx-t: 1\r\n\r\n")
    assert events[-1] == End([("X-T", "1")])


def test_a_switch_keeps_what_follows():
    events, reader = read(b"HTTP/1.1 101 S\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\nrest")
    assert events[0].status == 101
    assert reader.switched
    assert reader.rest == b"rest"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_bytes_too_many_make_it_useless(method):
    _, reader = read(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nmore", method)
    assert reader.done
    assert not reader.reusable
    _, reader = read(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", method)
    assert reader.feed(b"late") == []
    assert not reader.reusable


@pytest.mark.parametrize(
    "data", [b"garbage\r\n\r\n", b"HTTP/1.1 abc OK\r\n\r\n", b"SSH-2.0-x\r\n"]
)
def test_nonsense_is_refused(data):
    with pytest.raises(BadResponse):
        read(data)


@pytest.mark.parametrize("data", [b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\na", b"HTTP/1.1 2"])
def test_an_early_end_is_an_error(data):
    with pytest.raises(BadResponse, match="unexpected EOF"):
        read(data, closed=True)


def test_a_head_has_a_limit():
    reader = ResponseReader("GET", 1000)
    reader.feed(b"HTTP/1.1 200 OK\r\nX: ")
    for _ in range(60):
        reader.feed(b"x" * 1000)
    with pytest.raises(BadResponse, match="too large"):
        reader.feed(b"x" * 10_000)
