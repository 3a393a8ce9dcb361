"""What a proxy changes in a request."""

import pytest

from caddylite.http.forwarding import prepare_request, upgrade_wanted, wire_fields
from caddylite.http.request import Headers, Request, TLSState


def prepared(fields=(), trusted=False, **more):
    request = Request(headers=Headers(fields), host="h", remote=("192.0.2.7", 5), **more)
    prepare_request(request, trusted)
    return {n: request.headers.all(n) for n, _ in request.headers}


def test_the_usual_fields_are_added():
    assert prepared() == {
        "X-Forwarded-For": ["192.0.2.7"],
        "X-Forwarded-Proto": ["http"],
        "X-Forwarded-Host": ["h"],
        "Via": ["1.1 Caddy"],
    }


def test_a_stranger_cannot_forge_them():
    forged = [("X-Forwarded-For", "1.1.1.1"), ("X-Forwarded-Proto", "https"),
              ("X-Forwarded-Host", "evil")]  # fmt: skip
    assert prepared(forged) == prepared()
    trusted = prepared(forged, trusted=True)
    assert trusted["X-Forwarded-For"] == ["1.1.1.1, 192.0.2.7"]
    assert trusted["X-Forwarded-Proto"] == ["https"]
    assert trusted["X-Forwarded-Host"] == ["evil"]


def test_tls_and_unix_sockets():
    assert prepared(tls=TLSState())["X-Forwarded-Proto"] == ["https"]
    request = Request(headers=Headers([("X-Forwarded-For", "1.1.1.1")]), remote="@")
    prepare_request(request, trusted=False)
    assert "X-Forwarded-For" not in request.headers


def test_hop_by_hop_fields_stay_here():
    fields = [("Connection", "close, X-Secret"), ("X-Secret", "1"), ("Keep-Alive", "x"),
              ("Te", "gzip, trailers"), ("Proxy-Connection", "x"), ("Upgrade", "foo"),
              ("Transfer-Encoding", "chunked"), ("Accept", "*/*")]  # fmt: skip
    kept = prepared(fields)
    assert kept["Te"] == ["trailers"]
    assert set(kept) - set(prepared()) == {"Te", "Accept"}


def test_an_upgrade_is_passed_on():
    kept = prepared([("Connection", "keep-alive, Upgrade"), ("Upgrade", "WebSocket"),
                     ("Sec-Websocket-Key", "k")])  # fmt: skip
    assert kept["Connection"] == ["Upgrade"]
    assert kept["Upgrade"] == ["websocket"]
    assert kept["Sec-WebSocket-Key"] == ["k"]
    assert upgrade_wanted(Headers([("Upgrade", "x")])) == ""


@pytest.mark.parametrize(
    ("method", "length", "framing"),
    [("GET", 0, None), ("POST", 0, ("Content-Length", "0")), ("PUT", 5, ("Content-Length", "5")),
     ("GET", 5, ("Content-Length", "5")), ("POST", None, ("Transfer-Encoding", "chunked"))],
)  # fmt: skip
def test_framing_and_order(method, length, framing):
    headers = Headers([("Z", "1"), ("User-Agent", "u"), ("B", "2"), ("Content-Length", "77")])
    fields = wire_fields(Request(method, headers=headers, host="h"), length, accept_gzip=True)
    middle = [framing] if framing else []
    assert fields == [
        ("Host", "h"), ("User-Agent", "u"), *middle, ("B", "2"), ("Z", "1"),
        ("Accept-Encoding", "gzip"),
    ]  # fmt: skip
