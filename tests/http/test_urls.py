"""Escaping as Go does it."""

from caddylite.http.media_types import type_of
from caddylite.http.request import Request
from caddylite.http.urls import (
    encode_query,
    escape_path,
    escape_segment,
    set_path,
    set_raw_path,
    unescape_path,
)


def test_paths():
    assert escape_path("/a b/é?%!*") == "/a%20b/%C3%A9%3F%25%21%2A"
    assert escape_segment("a/b;c") == "a%2Fb%3Bc"
    assert unescape_path("/a%20b") == "/a b"
    assert unescape_path("/%zz") is None


def test_queries_are_sorted():
    assert encode_query({"b": ["1 2"], "a": ["&", ""]}) == "a=%26&a=&b=1+2"


def test_both_forms_are_set():
    request = Request()
    set_path(request, "/a b")
    assert (request.path, request.raw_path) == ("/a b", "/a%20b")
    assert set_raw_path(request, "/c%2Fd")
    assert (request.path, request.raw_path) == ("/c/d", "/c%2Fd")
    assert set_raw_path(request, "/e f")
    assert request.raw_path == "/e%20f"
    assert not set_raw_path(request, "/%zz")
    assert not set_raw_path(request, "")


def test_content_types():
    assert type_of("/x/a.HTML") == "text/html; charset=utf-8"
    assert type_of("a.js") == "text/javascript; charset=utf-8"
    assert type_of("a.tar.gz") == "application/gzip"
    assert type_of("/dir.html/file") == type_of("file") == ""
