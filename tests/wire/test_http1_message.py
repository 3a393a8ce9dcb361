"""Messages as bytes."""

from caddylite.wire.http1 import Bad
from caddylite.wire.http1_message import (
    chunk,
    fields_text,
    last_chunk,
    refusal,
    request_head,
    response_head,
)


def test_a_response_head():
    assert response_head("1.1", 200, [("A", "1"), ("B", " x ")]) == (
        b"HTTP/1.1 200 OK\r\nA: 1\r\nB: x\r\n\r\n"
    )
    assert response_head("1.0", 299, []) == b"HTTP/1.0 299 status code 299\r\n\r\n"


def test_nobody_can_inject_a_field():
    assert fields_text([("A", "1\r\nEvil: yes"), ("B\r\nC", "2"), ("", "3"), ("D E", "4")]) == (
        "A: 1  Evil: yes\r\n"
    )


def test_a_request_head():
    head = request_head("GET", "/é", [("Host", "a")])
    assert head == "GET /é HTTP/1.1\r\nHost: a\r\n\r\n".encode()


def test_chunks():
    assert chunk(b"x" * 17) == b"11\r\n" + b"x" * 17 + b"\r\n"
    assert last_chunk() == b"0\r\n\r\n"
    assert last_chunk([("T", "1")]) == b"0\r\nT: 1\r\n\r\n"


def test_refusals_are_worded_as_by_net_http():
    assert refusal(Bad(400, "")).endswith(b"\r\n\r\n400 Bad Request")
    worded = refusal(Bad(400, "missing required Host header", in_reason=True))
    assert worded.startswith(b"HTTP/1.1 400 Bad Request: missing required Host header\r\n")
    assert refusal(Bad(501, "Unsupported transfer encoding")).endswith(
        b"\r\n\r\nUnsupported transfer encoding"
    )
    assert refusal(Bad(417, "")).endswith(b"Content-Length: 0\r\n\r\n")
