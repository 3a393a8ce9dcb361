"""Compression of responses."""

import gzip

import pytest

from tests.http.live.support import get, parse, routes, server, talk

LONG = "0123456789" * 100


def ask(body=LONG, *lines, config=None, headers=None, **more):
    encode = {"handler": "encode", "encodings": {"gzip": {}}, **(config or {})}
    answer = {"handler": "static_response", "body": body, "headers": headers or {}}
    fields = lines or ("Accept-Encoding: gzip",)
    return parse(talk(server(routes(encode, answer)), get("/", *fields, **more)))


def test_a_long_text_is_compressed():
    _, fields, body = ask(headers={"Etag": ['"e"'], "Accept-Ranges": ["bytes"]})
    assert gzip.decompress(body) == LONG.encode()
    assert fields["content-encoding"] == "gzip"
    assert fields["vary"] == "Accept-Encoding"
    assert fields["etag"] == '"e-gzip"'
    assert "accept-ranges" not in fields
    assert int(fields["content-length"]) == len(body)


@pytest.mark.parametrize(
    "reason",
    [
        {"body": "short"},
        {"lines": ["Accept-Encoding: br"]},
        {"lines": ["Accept-Encoding: gzip", "Cache-Control: no-transform"]},
        {"headers": {"Content-Type": ["image/png"]}},
        {"headers": {"Content-Encoding": ["br"]}},
        {"headers": {"Cache-Control": ["no-transform"]}},
        {"config": {"match": {"status_code": [404]}}},
        {"config": {"minimum_length": 5000}},
    ],
)
def test_what_is_not_compressed(reason):
    lines = reason.pop("lines", ())
    body = reason.pop("body", LONG)
    _, fields, got = ask(body, *lines, **reason)
    assert got == body.encode()
    assert fields.get("content-encoding") != "gzip"


def test_a_weak_tag_stays():
    assert ask(headers={"Etag": ['W/"e"']})[1]["etag"] == 'W/"e"'


def test_the_clients_tag_loses_our_suffix():
    encode = {"handler": "encode", "encodings": {"gzip": {}}}
    answer = {"handler": "static_response", "body": "{http.request.header.If-None-Match}"}
    request = get("/", "Accept-Encoding: gzip", 'If-None-Match: "e-gzip"')
    assert parse(talk(server(routes(encode, answer)), request))[2] == b'"e"'


def test_zstd_may_be_configured_before_python_knows_it():
    config = {"encodings": {"zstd": {}, "gzip": {}}, "prefer": ["zstd", "gzip"]}
    fields = ask(LONG, "Accept-Encoding: zstd, gzip", config=config)[1]
    assert fields["content-encoding"] in ("gzip", "zstd")


def test_errors_are_left_alone():
    encode = {"handler": "encode", "encodings": {"gzip": {}}}
    site = server(routes(encode, {"handler": "error", "status_code": 404},
                         errors={"routes": [{"handle": [
                             {"handler": "static_response", "body": LONG}]}]}))  # fmt: skip
    status, _, body = parse(talk(site, get("/", "Accept-Encoding: gzip")))
    assert (status, body) == (404, LONG.encode())


def test_a_head_request():
    status, _, body = ask(method="HEAD")
    assert status == 200
    assert body == b""
