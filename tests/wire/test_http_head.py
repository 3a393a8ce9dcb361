import hpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from caddylite.wire import http_head
from caddylite.wire.http_head import Head, Incomplete, NotHTTP, read

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


def test_a_head():
    head = read(b"GET /a%20b?c=d HTTP/1.1\r\nHOST: x:1\r\naccept: */*\r\nX-A:\r\n\r\nbody")
    assert head == Head(
        "GET", "/a b", "/a%20b", "c=d", "x:1", "HTTP/1.1", (("Accept", "*/*"), ("X-A", ""))
    )


@pytest.mark.parametrize(
    ("line", "host", "path"),
    [
        ("GET http://user@h.example:8/p HTTP/1.1", "h.example:8", "/p"),
        ("GET http://h.example HTTP/1.1", "h.example", "/"),
        ("CONNECT h.example:443 HTTP/1.1", "h.example:443", ""),
        ("OPTIONS * HTTP/1.0", "other", "*"),
        ("GET /x HTTP/1.1", "other", "/x"),
    ],
)
def test_targets(line, host, path):
    head = read(f"{line}\r\nHost: other\r\n\r\n".encode())
    assert (head.host, head.path) == (host, path)


def test_bare_line_feeds_and_folded_lines_as_go_reads_them():
    head = read(b"GET / HTTP/1.0\nA: b\n c\nHost: h\n\n")
    assert head.fields == (("A", "b c"),)
    assert head.host == "h"


@pytest.mark.parametrize(
    "data",
    [
        b"GET /a b HTTP/1.1\r\n",
        b"GET / HTTP/1.1x\r\n",
        b"GET x HTTP/1.1\r\n\r\n",
        b"GET /%zz HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET / HTTP/1.1\r\nbad name: x\r\n\r\n",
        b"GET / HTTP/1.1\r\n folded: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nA: b\0\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nhost: b\r\n\r\n",
        b"M" * 65,
        b"\n",
        b"PING\r\n",
    ],
)
def test_what_cannot_be_read(data):
    assert isinstance(read(data), NotHTTP)


def frame(kind, flags, body, stream=1):
    return len(body).to_bytes(3, "big") + bytes((kind, flags)) + stream.to_bytes(4, "big") + body


def block(**fields):
    pairs = [(":method", "GET"), (":scheme", "http"), (":path", "/p?q=1"), (":authority", "h:1")]
    return hpack.Encoder().encode([*pairs, *fields.items()])


def test_http2_with_prior_knowledge():
    fields = block(accept="*/*")
    data = PREFACE + frame(4, 0, b"", 0) + frame(8, 0, b"\0\1\0\0", 0) + frame(1, 5, fields)
    head = read(data)
    assert head == Head("GET", "/p", "/p", "q=1", "h:1", "HTTP/2.0", (("Accept", "*/*"),))
    for end in range(len(data)):
        assert isinstance(read(data[:end]), Incomplete), end
    assert read(data[:16]).committed is True


def test_padding_priority_and_continuation():
    fields = block()
    dressed = b"\x03" + bytes(5) + fields[:4] + b"pad"
    data = PREFACE + frame(1, 0x28, dressed) + frame(9, 0, fields[4:6]) + frame(9, 4, fields[6:])
    assert read(data).host == "h:1"


@pytest.mark.parametrize(
    "rest",
    [
        frame(1, 4, b"\xff\xff\xff\xff\xff\xff"),
        frame(1, 0xC, b"\xff"),
        frame(1, 0, b"\x82") + frame(4, 0, b"", 0),
        frame(1, 4, b""),
        b"\xff\xff\xff" + bytes(6),
        frame(4, 0, b"", 0) * 70,
    ],
)
def test_http2_that_cannot_be_read(rest):
    assert isinstance(read(PREFACE + rest), NotHTTP)


def test_a_spoilt_preface():
    assert isinstance(read(b"PRI * HTTP/2.0\r\n\r\nXX"), NotHTTP)


def test_long_heads_take_no_more_than_linear_time():
    spaces = b"GET / HTTP/1.1\r\nA: b" + b" \t" * 8000
    assert read(spaces) == Incomplete(True)
    assert isinstance(read(spaces + b"\0\r\n\r\n"), NotHTTP)


REQUEST = b"GET /a HTTP/1.1\r\nHost: b\r\nC: d\r\n\r\n"


@given(
    st.one_of(
        st.binary(max_size=60),
        st.tuples(st.integers(0, len(REQUEST)), st.binary(max_size=3)).map(
            lambda t: REQUEST[: t[0]] + t[1] + REQUEST[t[0] + len(t[1]) :]
        ),
        st.binary(max_size=60).map(PREFACE.__add__),
    )
)
def test_every_answer_but_incomplete_is_final(data):
    settled = None
    for end in range(len(data) + 1):
        found = read(data[:end])
        if settled is not None:
            assert type(found) is settled
        if not isinstance(found, http_head.Incomplete):
            settled = type(found)
