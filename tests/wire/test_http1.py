"""The server's reading side: what is taken, what is refused, and that segments do not matter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caddylite.wire.http1 import (
    Bad,
    Data,
    End,
    Head,
    RequestReader,
    canonical,
    path_and_query,
    raw,
    text,
)


def read(data, size=None, **options):
    """Feed bytes (in pieces of a size) and return the events, bodies joined."""
    reader = RequestReader(**options)
    pieces = [data] if size is None else [data[i : i + size] for i in range(0, len(data), size)]
    events = [e for p in pieces for e in reader.feed(p)]
    joined = []
    for event in events:
        if isinstance(event, Data) and joined and isinstance(joined[-1], Data):
            joined[-1] = Data(joined[-1].data + event.data)
        else:
            joined.append(event)
    return joined, reader


def request(*lines, first="GET / HTTP/1.1", host="a", body=b""):
    fields = ([f"Host: {host}"] if host is not None else []) + list(lines)
    return "".join(f"{line}\r\n" for line in [first, *fields]).encode("latin-1") + b"\r\n" + body


GOOD = [
    request(),
    request("X: 1", "x: 2", "Y:"),
    request("Content-Length: 3", first="POST /p?q HTTP/1.1", body=b"abc"),
    request("Transfer-Encoding: chunked", body=b"3;ext=1\r\nabc\r\n2\r\nde\r\n0\r\nT: x\r\n\r\n"),
    request() + request("Connection: close", first="HEAD /2 HTTP/1.1"),
    request(first="GET http://other/x?y HTTP/1.1"),
    request(first="OPTIONS * HTTP/1.1"),
    request(first="GET / HTTP/1.0", host=None),
    request("Connection: Upgrade", "Upgrade: websocket"),
    request("Connection: Upgrade", "Upgrade: h2c", "Content-Length: 2", body=b"ab") + request(),
    request("Connection: Upgrade", "Upgrade: h2c", "Transfer-Encoding: chunked",
            body=b"2\r\nab\r\n0\r\n\r\n") + request(),
]  # fmt: skip

BAD = [
    (request(host=None), 400),
    (request("Host: b"), 400),
    (request(host="a/b"), 400),
    (request(host="a b"), 400),
    (request("Content-Length: 5", "Transfer-Encoding: chunked"), 400),
    (request("Content-Length: 2", "Content-Length: 3"), 400),
    (request("Content-Length: 2, 2"), 400),
    (request("Content-Length: +2"), 400),
    (request("Content-Length: 0x2"), 400),
    (request("Content-Length:"), 400),
    (request("Transfer-Encoding: xchunked"), 501),
    (request("Transfer-Encoding: gzip, chunked"), 501),
    (request("Transfer-Encoding: chunked, identity"), 501),
    (request("Transfer-Encoding: chunked", "Transfer-Encoding: chunked"), 501),
    (request("Transfer-Encoding: \x0bchunked"), 400),
    (request("Transfer-Encoding: chunked", first="POST / HTTP/1.0"), 400),
    (request("X : 1"), 400),
    (request("X: 1", " folded"), 400),
    (b"GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400),
    (b"GET / HTTP/1.1\nHost: a\n\n", 400),
    (request("X: a\nY: b"), 400),
    (request("X: a\rY: b"), 400),
    (request("X: a\0b"), 400),
    (request("X(: 1"), 400),
    (request(": 1"), 400),
    (request(first="GET\t/\tHTTP/1.1"), 400),
    (request(first="GET /a\x01b HTTP/1.1"), 400),
    (request(first="GET /%zz HTTP/1.1"), 400),
    (request(first="GET nothing HTTP/1.1"), 400),
    (request(first="GET / HTTP/2.0"), 505),
    (request(first="GET / HTTP/1.2"), 400),
    (request("Expect: magic"), 417),
    (request("Trailer: Content-Length", "Transfer-Encoding: chunked"), 400),
    (b"\x16\x03\x01\x02\x00\x01\x00", 400),
    (b"SSH-2.0-OpenSSH\r\n", 400),
]


@pytest.mark.parametrize("data", GOOD)
def test_segments_do_not_matter(data):
    whole, reader = read(data)
    assert not any(isinstance(e, Bad) for e in whole)
    assert isinstance(whole[-1], End)
    for size in range(1, len(data)):
        assert read(data, size)[0] == whole
    assert reader.rest == b""


@pytest.mark.parametrize(("data", "status"), BAD)
def test_refuses(data, status):
    for size in (None, 1, 2, 7):
        events, _ = read(data, size)
        assert isinstance(events[-1], Bad), size
        assert events[-1].status == status
        assert not any(isinstance(e, End) for e in events)


def test_nothing_is_parsed_after_a_mistake():
    reader = RequestReader()
    assert isinstance(reader.feed(request(host=None))[-1], Bad)
    assert reader.feed(request()) == []


def test_a_head_says_what_is_needed():
    (head, end), _ = read(
        request("User-agent: x ", "Content-Length: 0", first="POST /a%20b?c HTTP/1.1", host="H:8")
    )
    assert head == Head(
        "POST", "/a%20b?c", "1.1", "H:8", [("User-Agent", "x"), ("Content-Length", "0")],
        True, 0, False, False,
    )  # fmt: skip
    assert end == End([])


def test_trailers_come_with_the_end():
    events, _ = read(
        request("Transfer-Encoding: chunked", body=b"1\r\nx\r\n0\r\nA: 1\r\nB: 2\r\n\r\n")
    )
    assert events[0].length is None
    assert events[-1] == End([("A", "1"), ("B", "2")])


def test_bad_chunks_break_the_body_off():
    for chunks in (b"0x2\r\nab\r\n", b"+2\r\nab\r\n", b"2\nab\n", b"2\r\nabXX"):
        events, _ = read(request("Transfer-Encoding: chunked", body=chunks))
        assert isinstance(events[0], Head)
        assert events[-1] == Bad(400, "")


def test_continue_is_expected_only_with_a_body():
    expecting, _ = read(request("Expect: 100-continue", "Content-Length: 1"))
    assert expecting[0].expects_continue
    idle, _ = read(request("Expect: 100-continue"))
    assert not idle[0].expects_continue


def test_the_target_names_the_host_if_it_is_absolute():
    events, _ = read(request(first="GET http://u@x:1/p HTTP/1.1", host="a"))
    assert events[0].host == "x:1"
    assert path_and_query("http://x:1/p?q#f") == ("/p", "q#f")


@pytest.mark.parametrize(
    ("target", "parts"),
    [
        ("/a?b?c", ("/a", "b?c")),
        ("/a#b", ("/a%23b", "")),
        ("*", ("*", "")),
        ("http://x", ("", "")),
    ],
)
def test_targets_are_split(target, parts):
    assert path_and_query(target) == parts


def test_what_follows_an_upgrade_is_kept_or_read_on():
    head = request("Connection: Upgrade", "Upgrade: websocket")
    events, reader = read(head + b"frames")
    assert events[0].upgrade
    assert reader.held
    assert reader.feed(b" more") == []
    assert reader.take_rest() == b"frames more"
    _, reader = read(head + request(first="GET /2 HTTP/1.1"))
    assert [type(e) for e in reader.resume()] == [Head, End]
    assert not reader.held


def test_a_body_after_an_upgrade_cannot_hide_a_request():
    smuggled = request(first="GET /secret HTTP/1.1")
    data = request(
        "Connection: Upgrade", "Upgrade: h2c", f"Content-Length: {len(smuggled)}", body=smuggled
    )
    events, reader = read(data)
    assert [type(e) for e in events] == [Head, Data, End]
    assert events[1].data == smuggled
    assert not reader.held


@pytest.mark.parametrize("size", [None, 1000])
def test_a_head_has_a_limit(size):
    long = request("X: " + "x" * 9000)
    assert isinstance(read(long, size, max_header_bytes=1000)[0][-1], Bad)
    assert read(long, size, max_header_bytes=1000)[0][-1].status == 431
    assert isinstance(read(long, size, max_header_bytes=9000)[0][-1], End)


def test_a_head_that_never_ends_is_refused():
    reader = RequestReader(1000)
    reader.feed(b"GET / HTTP/1.1\r\nX: ")
    events = [e for _ in range(200) for e in reader.feed(b"y" * 1000)]
    assert events == [Bad(431, "")]


def test_idle_means_that_nothing_has_come():
    reader = RequestReader()
    assert reader.idle
    reader.feed(b"GET /")
    assert not reader.idle
    reader.feed(b" HTTP/1.1\r\nHost: a\r\n\r\n")
    assert reader.idle


def test_a_closed_reader_takes_nothing():
    reader = RequestReader()
    reader.close()
    assert reader.feed(request()) == []


def test_names_are_canonical_and_bytes_survive():
    assert canonical(b"x-FORWARDED-for") == "X-Forwarded-For"
    assert raw(text(b"\xff\xc3\xa9")) == b"\xff\xc3\xa9"


@given(st.binary(max_size=400))
def test_any_bytes_give_events(data):
    events, _ = read(data)
    again, _ = read(data, 1)
    assert [type(e) for e in events if not isinstance(e, Data)] == [
        type(e) for e in again if not isinstance(e, Data)
    ]


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=5), st.integers(1, 30))
def test_chunked_bodies_come_out_as_they_went_in(pieces, size):
    body = b"".join(b"%x\r\n%b\r\n" % (len(p), p) for p in pieces) + b"0\r\n\r\n"
    events, _ = read(request("Transfer-Encoding: chunked", body=body), size)
    assert b"".join(e.data for e in events if isinstance(e, Data)) == b"".join(pieces)
    assert isinstance(events[-1], End)
