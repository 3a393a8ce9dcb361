"""Placeholders of a request."""

import pytest

from caddylite.http.replacer import expand, value
from caddylite.placeholders import UNKNOWN
from caddylite.tls.state import TLSState
from tests.http.matchers.asking import request


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("method", "GET"),
        ("scheme", "https"),
        ("host", "x.a.com"),
        ("port", 8443),
        ("hostport", "x.a.com:8443"),
        ("host.labels.0", "com"),
        ("host.labels.2", "x"),
        ("host.labels.9", ""),
        ("host.labels.x", UNKNOWN),
        ("uri", "/d/e%20f.tar.gz?q=1&q=2"),
        ("uri.path", "/d/e f.tar.gz"),
        ("uri.path.0", "d"),
        ("uri.path.7", ""),
        ("uri.path.file", "e f.tar.gz"),
        ("uri.path.file.base", "e f.tar"),
        ("uri.path.file.ext", ".gz"),
        ("uri.path.dir", "/d/"),
        ("uri.path_escaped", "%2Fd%2Fe+f.tar.gz"),
        ("uri.query", "q=1&q=2"),
        ("uri.query.q", "1,2"),
        ("uri.query.none", ""),
        ("uri.prefixed_query", "?q=1&q=2"),
        ("header.X-A", "1"),
        ("header.none", ""),
        ("cookie.c", "v"),
        ("cookie.none", ""),
        ("remote", "[::1]:1234"),
        ("remote.host", "::1"),
        ("remote.port", 1234),
        ("remote.host/24,64", "::/64"),
        ("tls.server_name", "x.a.com"),
        ("tls.version", "tls1.3"),
        ("nonsense", UNKNOWN),
    ],
)
def test_request(name, wanted):
    r = request(
        "/d/e%20f.tar.gz?q=1&q=2",
        {"X-A": "1", "Cookie": "b=w; C=v"},
        host="x.a.com:8443",
        remote=("::1", 1234),
        tls=TLSState(server_name="x.a.com", version="tls1.3"),
    )
    assert value(r, f"http.request.{name}") == wanted


def test_what_the_server_knows_is_asked_of_it():
    r = request(resolve=lambda name: "uuid!" if name == "http.request.uuid" else UNKNOWN)
    assert expand(r, "{http.request.uuid} {http.request.other}") == "uuid! "


def test_variables_and_captures():
    r = request(vars={"a": 1}, placeholders={"http.regexp.1": "x"})
    assert expand(r, "{http.vars.a}{http.regexp.1}{http.vars.b}") == "1x"


def test_a_value_is_not_looked_into():
    assert expand(request(vars={"a": "{http.request.method}"}), "{http.vars.a}") == (
        "{http.request.method}"
    )
