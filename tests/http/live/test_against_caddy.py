"""Real Caddy and we, asked the same: status, header fields and body are equal.

What differs on purpose is in DIFFERENT, with the reason.
"""

import gzip
import os
import re

import pytest

from caddylite.http.media_types import TYPES
from tests.http.live.loopback import backend, echo_head, exchange, running
from tests.http.live.oracle import caddy, judged_by_caddy, normal, sorted_heads
from tests.http.live.support import get
from tests.http.test_rewriting import test_rewrites

pytestmark = pytest.mark.skipif(caddy() is None, reason="no caddy to compare with")

CLOSE = "Connection: close"
#: Requests that we answer otherwise, and why.
DIFFERENT = {
    "CL+TE": "refused: it is what request smuggling is made of",
    "CL twice": "refused, as by nginx",
    "TE in 1.0": "refused: not everybody ignores it",
    "folded": "refused: obsolete (RFC 9112, 5.2)",
    "bare LF": "refused",
    "bare LF in a value": "refused",
    "HTTP/1.2": "llhttp knows no such version",
    "empty lines first": "skipped (RFC 9112, 2.2)",
    "two spaces": "llhttp takes them",
    "8-bit target": "refused: it should have been escaped",
    "lower-case method": "llhttp knows no such method",
    "odd method": "llhttp knows no such method",
    "100 with body": "100 Continue is not sent when the body is there already",
}

#: Requests whose answer from Caddy changes by itself: here the upstream may answer before the
#: body has been read too far.
UNSTEADY = {"too large": (b"HTTP/1.1 413 ", b"HTTP/1.1 200 ")}


def say(body, **more):
    return {"handler": "static_response", "body": body, **more}


def on(path, *handlers, **more):
    return {"match": [{"path": [path]}], "handle": list(handlers), **more}


def make_site(root):
    for name, content in {
        "a.txt": "0123456789" * 300, "noext": "<html>", "empty.txt": "", ".hidden": "x",
        "secret.txt": "s", "big.json": '{"a":1}' * 1000, "old.txt": "x", "é ü.css": "a{}",
        "pre.js": "//" * 600, "sub/index.html": "<h1>hello</h1>", "brief/index.txt": "t",
        "list/x y.txt": "x",
    }.items():  # fmt: skip
        path = root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content)
    (root / "pre.js.gz").write_bytes(gzip.compress(b"//" * 600))
    (root / "link").symlink_to("/etc/hostname")
    (root / "dangling").symlink_to("nowhere")
    os.utime(root / "old.txt", (0, 0))


def configuration(root, port):
    files = {"handler": "file_server", "root": str(root), "precompressed": {"gzip": {}},
             "hide": ["secret.txt", f"{root}/.hidden"]}  # fmt: skip
    proxy = {"handler": "reverse_proxy", "upstreams": [{"dial": f"127.0.0.1:{port}"}]}
    client = "{http.request.remote.host} {http.vars.client_ip}"
    encode = {"handler": "encode", "encodings": {"gzip": {}}}
    listing = {"handler": "file_server", "root": f"{root}/list", "browse": {}}
    dead = {"handler": "reverse_proxy", "upstreams": [{"dial": "127.0.0.1:1"}]}
    known = [
        "method", "uri", "uri.path", "host", "port", "header.X-A", "uri.query.q", "scheme",
        "uri.path.file.base", "uri.path.file.ext", "uri.path.dir", "cookie.c",
    ]  # fmt: skip
    values = " ".join("{http.request." + k + "}" for k in known)
    headers = {"set": {"X-Route": ["1"]}, "add": {"X-B": ["{http.request.uri.path.file}"]}}
    routes = [
        {"handle": [{"handler": "headers", "response": headers}]},
        on("/echo*", say(values)),
        on("/redir", say("", status_code=301, headers={"Location": ["//{http.request.host}"]})),
        on("/json", say('{"a":1}')),
        on("/204", say("no", status_code=204)),
        on("/304", say("no", status_code=304, headers={"Content-Type": ["x/y"]})),
        on("/299", say("no", status_code=299)),
        on("/long", say("x" * 5000)),
        on("/close", say("x", close=True)),
        on("/error", {"handler": "error", "status_code": 403, "error": "nope"}),
        on("/limit", {"handler": "request_body", "max_size": 5}, proxy),
        on("/g/*", {"handler": "subroute", "routes": [
            {"group": "g", **on("/g/1*", say("g1"))}, {"group": "g", "handle": [say("g2")]}]}),
        on("/auth", {"handler": "authentication", "providers": {"http_basic": {
            "accounts": [{"username": "u", "password":
                          "$2a$04$ggCTdXLiyzl97EWmBylMTOVfVe2hX7kCVEiQ1O7dgXW4RmOL0IntK"}]}}},
           say("in")),
    ]  # fmt: skip
    rewrites = [
        on(f"/case{n}/*", {"handler": "rewrite", "strip_path_prefix": f"/case{n}"},
           {"handler": "rewrite", **config}, say("{http.request.uri}"))
        for n, (config, _, _) in enumerate(rewrite_cases())
    ]  # fmt: skip
    oops = say("oops {http.error.status_code} {http.error.status_text} {http.error.message}")
    trusted = {"source": "static", "ranges": ["127.0.0.0/8"]}
    return {"servers": {
        "files": {"routes": [{"handle": [files]}]},
        "encode": {"routes": [{"handle": [encode, files]}]},
        "browse": {"routes": [{"handle": [listing]}]},
        "proxy": {"routes": [{"handle": [proxy]}]},
        "routes": {"routes": routes},
        "rewrites": {"routes": rewrites},
        "errors": {"routes": [{"handle": [files]}], "errors": {"routes": [{"handle": [oops]}]}},
        "dead": {"routes": [{"handle": [dead]}]},
        "trust": {"trusted_proxies": trusted, "routes": [
            on("/p", proxy), {"handle": [say(client)]}]},
    }}  # fmt: skip


def rewrite_cases():
    (mark,) = (m for m in test_rewrites.pytestmark if m.name == "parametrize")
    return mark.args[1]


def cases():
    """Yield (server, name, request)."""
    for path in [
        "/a.txt", "/sub", "/sub/", "/sub?x=1", "/a.txt/", "/list", "/list/", "/noext",
        "/empty.txt", "/link", "/.hidden", "/secret.txt", "/none", "/../a.txt",
        "/%2e%2e/%2e%2e/etc/passwd", "//a.txt", "/./a.txt", "/a.txt%00", "/old.txt", "/dangling",
        "/brief/", "/a.txt/x", "/%C3%A9%20%C3%BC.css", "/sub/index.html", "//", "/sub//", "//sub",
        "/a%2etxt", "/" + "n" * 300, "/a.txt?q", "/sub%2F", "/SUB/",
    ]:  # fmt: skip
        yield "files", path[:40], get(path, CLOSE)
    for line in [
        "Range: bytes=0-3", "Range: bytes=-5", "Range: bytes=2990-", "Range: bytes=0-3,5-6",
        "Range: bytes=9999-", "Range: bytes=5-2", "Range: lines=1-2", "Range: bytes=0-9999",
        "Range: bytes=0-0,-1", "Range: bytes=", "Range: bytes=0-2999,0-2999",
        "If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT",
        "If-Modified-Since: Fri, 01 Jan 1999 00:00:00 GMT", "If-Modified-Since: junk",
        "If-Unmodified-Since: Fri, 01 Jan 1999 00:00:00 GMT", "If-None-Match: *",
        'If-None-Match: "x"', 'If-Match: "x"', "If-Match: *",
    ]:  # fmt: skip
        yield "files", line, get("/a.txt", CLOSE, line)
    yield "files", "If-Range", get("/a.txt", CLOSE, "Range: bytes=0-3", 'If-Range: "x"')
    yield "files", "range of nothing", get("/empty.txt", CLOSE, "Range: bytes=0-3")
    for method in ("HEAD", "POST", "OPTIONS"):
        yield "files", method, get("/a.txt", CLOSE, method=method)
        yield "files", f"{method} none", get("/none", CLOSE, method=method)
    for line in ("gzip", "br, gzip;q=0"):
        yield "files", f"ready {line}", get("/pre.js", CLOSE, f"Accept-Encoding: {line}")
    ready = get("/pre.js", CLOSE, "Accept-Encoding: gzip", "Range: bytes=0-3")
    yield "files", "ready range", ready
    for path in ("/empty.txt", "/none", "/sub", "/noext"):
        yield "encode", path, get(path, CLOSE, "Accept-Encoding: gzip")
    for line in ("Range: bytes=0-3", "If-None-Match: *", "Cache-Control: no-transform"):
        yield "encode", line, get("/a.txt", CLOSE, "Accept-Encoding: gzip", line)
    yield "encode", "HEAD", get("/big.json", CLOSE, "Accept-Encoding: gzip", method="HEAD")
    yield "browse", "JSON", get("/", CLOSE, "Accept: application/json")
    for path in [
        "/echo?q=1&q=2", "/echo/%41%2fb?x", "/echo/a.tar.gz", "/echo/dir/", "/redir", "/json",
        "/204", "/304", "/299", "/long", "/close", "/error", "/g/1", "/g/2", "/nothing", "*",
        "/echo?q=%zz", "/echo;a=b", "/echo!()*", "/auth", "//echo", "/./echo",
    ]:  # fmt: skip
        yield "routes", path, get(path, CLOSE)
        yield "routes", f"HEAD {path}", get(path, CLOSE, method="HEAD")
    yield "routes", "twice", get("/echo", CLOSE, "X-A: v1", "x-a: v2", "Cookie: c=1; d=2")
    yield "routes", "host", get("/echo", CLOSE, host="EXAMPLE.com:8080")
    yield "routes", "no host", get("/echo", CLOSE, host="")
    yield "routes", "1.0", get("/echo", version="1.0")
    yield "routes", "right", get("/auth", CLOSE, "Authorization: Basic dTpwYXNz")
    yield "routes", "wrong", get("/auth", CLOSE, "Authorization: Basic dTp3cm9uZw==")
    yield (
        "routes",
        "too large",
        get("/limit", CLOSE, "Content-Length: 9", method="POST") + b"1" * 9,
    )
    yield "routes", "three", get("/echo") + get("/json") + get("/204", CLOSE)
    upgrade = get("/echo", "Connection: Upgrade", "Upgrade: h2c")
    yield "routes", "upgrade declined", upgrade + get("/json", CLOSE)
    yield "routes", "large head", get("/echo", CLOSE, "X-Long: " + "x" * 30_000)
    for number, (_, target, _) in enumerate(rewrite_cases()):
        path = "/".join(["", f"case{number}", target[1:].replace(" ", "%20")])
        yield "rewrites", str(number), get(path, CLOSE)
    for path in ("/a.txt", "/none", "/sub"):
        yield "errors", path, get(path, CLOSE)
    yield "errors", "POST", get("/a.txt", CLOSE, method="POST")
    yield "dead", "GET", get("/", CLOSE)
    yield "dead", "POST", get("/", CLOSE, "Content-Length: 3", method="POST") + b"abc"
    for lines in (
        [], ["X-Forwarded-For: 1.2.3.4, 5.6.7.8"],
        ["X-Forwarded-For: bad", "X-Forwarded-Proto: https", "X-Forwarded-Host: h"],
    ):  # fmt: skip
        yield "trust", f"proxied {lines}", get("/p", CLOSE, *lines)
        yield "trust", f"{lines}", get("/", CLOSE, *lines)
    yield from proxied()


def proxied():
    """Yield requests that are strange, for a proxy."""

    def ask(name, *lines, first="GET / HTTP/1.1", body=b"", host="Host: a"):
        fields = [first, *([host] if host else []), *lines, CLOSE]
        return "proxy", name, "\r\n".join([*fields, "", ""]).encode("latin-1") + body

    chunked = "Transfer-Encoding: chunked"
    none = b"0\r\n\r\n"
    yield ask("plain")
    yield ask("no Host", host="")
    yield ask("two Hosts", "Host: b")
    yield ask("bad Host", host="Host: a/b")
    yield ask("absolute", first="GET http://x/ HTTP/1.1")
    yield ask("fragment", first="GET /a#b HTTP/1.1")
    yield ask("dots", first="GET /a/../b//c HTTP/1.1")
    yield ask("%00", first="GET /%00 HTTP/1.1")
    yield ask("bad escape", first="GET /%zz HTTP/1.1")
    yield ask("tabs", first="GET\t/\tHTTP/1.1")
    yield ask("HTTP/2.0", first="GET / HTTP/2.0")
    yield ask("OPTIONS *", first="OPTIONS * HTTP/1.1")
    yield ask("TRACE", first="TRACE / HTTP/1.1")
    yield ask("CL differs", "Content-Length: 2", "Content-Length: 3", body=b"abc")
    yield ask("CL +2", "Content-Length: +2", body=b"ab")
    yield ask("TE unknown", "Transfer-Encoding: xchunked", body=none)
    yield ask("TE gzip", "Transfer-Encoding: gzip, chunked", body=none)
    yield ask("TE twice", chunked, chunked, body=none)
    yield ask("TE caps", "Transfer-Encoding: CHUNKED", body=none)
    yield ask("Expect bogus", "Expect: x", "Content-Length: 2", body=b"ab")
    yield ask("8-bit value", "X: \xc3\xa9")
    yield ask("underscore", "X_A: b", "X-A: c")
    yield ask("hop by hop", "Keep-Alive: x", "TE: gzip, trailers", "Proxy-Connection: x")
    yield ask("forged", "X-Forwarded-For: 9.9.9.9", "X-Forwarded-Host: evil")
    yield ask("POST nothing", first="POST / HTTP/1.1")
    # Those that differ on purpose.
    yield ask("CL+TE", "Content-Length: 5", chunked, body=none)
    yield ask("CL twice", "Content-Length: 2", "Content-Length: 2", body=b"ab")
    yield ask("TE in 1.0", chunked, first="POST / HTTP/1.0", body=none)
    yield ask("folded", "X: a", " b")
    yield "proxy", "bare LF", b"GET / HTTP/1.1\nHost: a\nConnection: close\n\n"
    yield ask("bare LF in a value", "X: a\nY: b")
    yield ask("HTTP/1.2", first="GET / HTTP/1.2")
    yield "proxy", "empty lines first", b"\r\n\r\n" + ask("")[2]
    yield ask("two spaces", first="GET  /  HTTP/1.1")
    yield ask("8-bit target", first="GET /\xe9 HTTP/1.1")
    yield ask("lower-case method", first="get / HTTP/1.1")
    yield ask("odd method", first="A!B / HTTP/1.1")
    yield ask("100 with body", "Expect: 100-continue", "Content-Length: 2", body=b"ab")


CASES = {(name, case): request for name, case, request in cases()}


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """Return what Caddy and we answer to each case."""
    root = tmp_path_factory.mktemp("site")
    make_site(root)
    with backend(echo_head) as up:
        config = configuration(root, up.port)
        with judged_by_caddy(config) as judge, running(config) as ours:
            found = {}
            for (name, case), request in CASES.items():
                pair = (exchange(side.port(name), request, 10.0) for side in (judge, ours))
                found[name, case] = tuple(normal(a) for a in pair)
    return found


@pytest.mark.parametrize("case", [c for c in CASES if c[1] not in {*DIFFERENT, *UNSTEADY}])
def test_the_same_answer(answers, case):
    theirs, ours = answers[case]
    assert sorted_heads(ours) == sorted_heads(theirs)


@pytest.mark.parametrize("case", [c for c in CASES if c[1] in UNSTEADY])
def test_the_first_answer_always_where_caddy_gives_several(answers, case):
    theirs, ours = answers[case]
    assert ours.startswith(UNSTEADY[case[1]][0])
    assert theirs.startswith(UNSTEADY[case[1]])


@pytest.mark.parametrize("case", [c for c in CASES if c[1] in DIFFERENT])
def test_what_differs_on_purpose_still_does(answers, case):
    theirs, ours = answers[case]
    assert ours != theirs


def test_compressed_bodies_unpack_to_the_same(answers, tmp_path):
    make_site(tmp_path)
    encode = {"handler": "encode", "encodings": {"gzip": {}}}
    files = {"handler": "file_server", "root": str(tmp_path)}
    config = {"servers": {"srv0": {"routes": [{"handle": [encode, files]}]}}}
    with judged_by_caddy(config) as judge, running(config) as ours:
        for path in ("/a.txt", "/big.json"):
            request = get(path, CLOSE, "Accept-Encoding: gzip")
            pair = [exchange(side.port(), request, 10.0) for side in (judge, ours)]
            heads, bodies = zip(*(a.split(b"\r\n\r\n", 1) for a in pair), strict=True)
            assert gzip.decompress(bodies[0]) == gzip.decompress(bodies[1])
            assert b'-gzip"' in heads[1]
            same = [re.sub(rb"(Date|Content-Length): [^\r]*", b"", h) for h in heads]
            assert same[0] == same[1]


def test_content_types(tmp_path):
    names = [
        "css", "html", "js", "json", "png", "jpg", "gif", "svg", "webp", "avif", "pdf", "wasm",
        "xml", "txt", "ico", "woff", "woff2", "mp4", "mp3", "zip", "gz", "md", "csv", "ttf",
    ]  # fmt: skip
    for name in names:
        (tmp_path / f"x.{name}").write_text("x")
    config = {"servers": {"srv0": {"routes": [
        {"handle": [{"handler": "file_server", "root": str(tmp_path)}]}]}}}  # fmt: skip
    with judged_by_caddy(config) as judge:
        for name in names:
            answer = exchange(judge.port(), get(f"/x.{name}", CLOSE), 10.0)
            found = re.search(rb"Content-Type: ([^\r]*)", answer)
            if found is not None:  # the host's tables know the extension
                assert found[1].decode() == TYPES[name], name
