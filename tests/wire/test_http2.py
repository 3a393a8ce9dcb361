"""Header lists of HTTP/2 as requests, responses and trailers."""

import pytest

from caddylite.wire import http2
from caddylite.wire.http2 import Malformed

GET = [
    (b":method", b"GET"),
    (b":scheme", b"https"),
    (b":authority", b"example.com"),
    (b":path", b"/a?b=c"),
]


def of(*more, without=(), ended=True, **pseudo):
    fields = [(n, pseudo.get(n[1:].decode(), v)) for n, v in GET if n[1:].decode() not in without]
    return http2.request([*fields, *more], ended)


def test_a_request():
    head = of((b"accept", b"*/*"), (b"x-real-ip", b" 1 "))
    assert (head.method, head.target, head.host, head.version) == (
        "GET", "/a?b=c", "example.com", "2.0",
    )  # fmt: skip
    assert head.fields == [("Accept", "*/*"), ("X-Real-Ip", "1")]
    assert (head.length, head.expects_continue, head.upgrade) == (0, False, False)


def test_cookies_in_crumbs_are_one_again():
    head = of((b"cookie", b"a=1"), (b"x", b"y"), (b"cookie", b"b=2"))
    assert head.fields == [("X", "y"), ("Cookie", "a=1; b=2")]


def test_how_long_the_body_is():
    assert of((b"content-length", b"5"), ended=False).length == 5
    assert of(ended=False).length is None
    assert of((b"content-length", b"0")).length == 0


def test_leave_to_send_the_body_is_asked_for():
    head = of((b"expect", b"100-Continue"), ended=False)
    assert head.expects_continue
    assert head.fields == []


def test_the_host_field_stands_in_for_the_authority():
    assert of((b"host", b"a.example"), without=("authority",)).host == "a.example"
    assert of((b"host", b"Example.com")).host == "example.com"
    assert of(without=("authority",)).host == ""


def test_a_connect_names_an_authority_only():
    head = of(without=("path", "scheme"), method=b"CONNECT")
    assert (head.target, head.host) == ("example.com", "example.com")
    with pytest.raises(Malformed):
        of(method=b"CONNECT")


def test_options_may_ask_the_server_itself():
    assert of(method=b"OPTIONS", path=b"*").target == "*"
    with pytest.raises(Malformed):
        of(path=b"*")


@pytest.mark.parametrize(
    "more",
    [
        [(b"Accept", b"*/*")],
        [(b"connection", b"close")],
        [(b"transfer-encoding", b"chunked")],
        [(b"upgrade", b"h2c")],
        [(b"te", b"gzip")],
        [(b"a b", b"")],
        [(b"", b"")],
        [(b"a", b"x\r\nb: c")],
        [(b"a", b"\0")],
        [(b"a", b"b"), (b":path", b"/")],
        [(b":path", b"/")],
        [(b":status", b"200")],
        [(b":protocol", b"websocket")],
        [(b"host", b"other.example")],
        [(b"host", b"example.com"), (b"host", b"example.com")],
        [(b"content-length", b"3")],
        [(b"content-length", b"x")],
    ],
)
def test_malformed_requests(more):
    with pytest.raises(Malformed):
        of(*more)


@pytest.mark.parametrize(
    "pseudo",
    [
        {"path": b""}, {"path": b"a"}, {"path": b"/%zz"}, {"path": b"/a b"}, {"method": b"G T"},
        {"scheme": b"ftp"}, {"authority": b"a/b"}, {"without": ("path",)},
        {"without": ("method",)}, {"without": ("scheme",)},
    ],
)  # fmt: skip
def test_malformed_first_lines(pseudo):
    with pytest.raises(Malformed):
        of(**pseudo)


def test_trailers_alone_are_te():
    assert of((b"te", b"trailers")).fields == [("Te", "trailers")]


def test_a_response():
    head = http2.response([(b":status", b"404"), (b"content-length", b"3")], False, "GET")
    assert (head.status, head.reason, head.version, head.length) == (404, "Not Found", "2.0", 3)
    assert not head.informational
    assert http2.response([(b":status", b"200")], False, "GET").length is None
    assert http2.response([(b":status", b"200")], True, "GET").length == 0
    assert http2.response([(b":status", b"103")], False, "GET").informational
    head = http2.response([(b":status", b"200"), (b"content-length", b"9")], True, "HEAD")
    assert head.length == 9


@pytest.mark.parametrize("status", [[], [(b":status", b"101")], [(b":status", b"abc")]])
def test_malformed_responses(status):
    with pytest.raises(Malformed):
        http2.response(status, False, "GET")


def test_trailers():
    assert http2.trailers([(b"grpc-status", b"0")]) == [("Grpc-Status", "0")]
    with pytest.raises(Malformed):
        http2.trailers([(b":status", b"200")])


def test_a_request_as_it_is_sent():
    fields = [("Host", "h"), ("Connection", "close"), ("Accept", "a\r\nb"), ("Bad Name", "x")]
    assert http2.request_list("GET", "/x", "http", fields) == [
        (b":method", b"GET"), (b":scheme", b"http"), (b":path", b"/x"), (b":authority", b"h"),
        (b"accept", b"a  b"),
    ]  # fmt: skip
    assert http2.request_list("CONNECT", "h:1", "http", [("Host", "h:1")]) == [
        (b":method", b"CONNECT"), (b":authority", b"h:1"),
    ]  # fmt: skip


def test_what_was_sent_is_read_back():
    sent = http2.request_list("PUT", "/x", "https", [("Host", "h"), ("X-Y", "\udc80ü")])
    head = http2.request(sent, True)
    assert (head.method, head.target, head.host, head.fields) == (
        "PUT", "/x", "h", [("X-Y", "\udc80ü")],
    )  # fmt: skip
    back = http2.response(http2.response_list(200, [("Server", "Caddy")]), False, "GET")
    assert (back.status, back.fields) == (200, [("Server", "Caddy")])
