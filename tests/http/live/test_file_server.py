"""Files, indexes, redirects, ranges, listings."""

import gzip
import json
import os

import pytest

from caddylite.errors import ConfigError
from tests.http.live.support import get, parse, routes, server, talk


@pytest.fixture
def root(tmp_path):
    site = tmp_path / "site"
    site.mkdir()
    (tmp_path / "outside.txt").write_text("secret")
    (site / "a.txt").write_text("0123456789")
    (site / "big.bin").write_bytes(bytes(range(256)) * 2000)
    (site / "sub").mkdir()
    (site / "sub" / "index.html").write_text("<h1>sub</h1>")
    (site / "list").mkdir()
    (site / "list" / "b c.txt").write_text("x")
    (site / "list" / "A").mkdir()
    (site / "pre.js").write_text("//" * 100)
    (site / "pre.js.gz").write_bytes(gzip.compress(b"//" * 100))
    (site / "link.txt").symlink_to("a.txt")
    (site / "dangling").symlink_to("nowhere")
    os.utime(site / "a.txt", ns=(0, 1_600_000_000_123_456_789))
    return site


def ask(root, path="/a.txt", *lines, config=None, before=(), **more):
    handler = {"handler": "file_server", "root": str(root), **(config or {})}
    return parse(talk(server(routes(*before, handler)), get(path, *lines, **more)))


def test_a_file(root):
    status, fields, body = ask(root)
    assert (status, body) == (200, b"0123456789")
    assert fields["content-type"] == "text/plain; charset=utf-8"
    assert fields["last-modified"] == "Sun, 13 Sep 2020 12:26:40 GMT"
    assert fields["etag"] == '"c5m8nwuppfrp-a"'  # 1600000000123456789 and 10, in base 36
    assert fields["accept-ranges"] == "bytes"
    assert fields["vary"] == "Accept-Encoding"


def test_a_large_file_comes_whole(root):
    _, fields, body = ask(root, "/big.bin")
    assert body == bytes(range(256)) * 2000
    assert fields["content-length"] == str(len(body))


def test_the_root_may_be_a_variable(root):
    variable = {"handler": "vars", "root": str(root)}
    assert ask("", config={"root": ""}, before=[variable])[0] == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/none", 404), ("/sub/", 200), ("/sub", 308), ("/a.txt/", 308), ("/list/", 404),
        ("/../outside.txt", 404), ("/..%2f..%2foutside.txt", 404), ("/%2e%2e/outside.txt", 404),
        ("/a.txt%00", 400), ("/a.txt/x", 400), ("/link.txt", 200), ("/dangling", 404),
        ("//a.txt", 200), ("/sub/../a.txt", 200), ("/" + "n" * 300, 400),
    ],
)  # fmt: skip
def test_what_is_found(root, path, status):
    assert ask(root, path)[0] == status


def test_redirects_keep_the_query_and_the_host(root):
    assert ask(root, "/sub?x=1")[1]["location"] == "/sub/?x=1"
    assert ask(root, "//sub")[1]["location"] == "/sub/"
    assert ask(root, "/sub", config={"canonical_uris": False})[0] == 200


def test_no_redirect_after_a_rewrite(root):
    rewrite = {"handler": "rewrite", "uri": "/sub/index.html"}
    assert ask(root, "/elsewhere", before=[rewrite])[2] == b"<h1>sub</h1>"


def test_other_methods(root):
    status, fields, _ = ask(root, method="POST")
    assert status == 405
    assert fields["allow"] == "GET, HEAD"
    assert ask(root, method="HEAD")[1]["content-length"] == "10"
    assert ask(root, method="HEAD")[2] == b""


def test_parts(root):
    status, fields, body = ask(root, "/a.txt", "Range: bytes=2-4")
    assert (status, body, fields["content-range"]) == (206, b"234", "bytes 2-4/10")
    status, fields, body = ask(root, "/a.txt", "Range: bytes=0-1,-1")
    assert status == 206
    kind, _, boundary = fields["content-type"].partition("; boundary=")
    assert kind == "multipart/byteranges"
    assert body.count(boundary.encode()) == 3
    assert int(fields["content-length"]) == len(body)
    assert b"bytes 9-9/10\r\n" in body
    status, fields, body = ask(root, "/a.txt", "Range: bytes=99-")
    assert (status, fields["content-range"]) == (416, "bytes */10")
    assert ask(root, "/a.txt", "Range: bytes=0-9,0-9")[0] == 200


def test_conditions(root):
    etag = ask(root)[1]["etag"]
    status, fields, body = ask(root, "/a.txt", f"If-None-Match: {etag}")
    assert (status, body) == (304, b"")
    assert "last-modified" not in fields
    assert ask(root, "/a.txt", "If-Modified-Since: Sun, 13 Sep 2020 12:26:40 GMT")[0] == 304
    assert ask(root, "/a.txt", 'If-Match: "other"')[0] == 412
    assert ask(root, "/a.txt", "Range: bytes=0-1", 'If-Range: "other"')[0] == 200


def test_what_is_hidden_is_not_there(root):
    hide = {"hide": ["*.txt", str(root / "sub")]}
    assert ask(root, config=hide)[0] == 404
    assert ask(root, "/sub/", config=hide)[0] == 404
    assert ask(root, "/pre.js", config=hide)[0] == 200


def test_passing_on(root):
    site = routes({"handler": "file_server", "root": str(root), "pass_thru": True},
                  {"handler": "static_response", "body": "next"})  # fmt: skip
    assert parse(talk(server(site), get("/none")))[2] == b"next"


def test_a_status_of_its_own(root):
    assert ask(root, config={"status_code": "{http.request.header.S}"})[0] == 500
    assert (
        ask(root, "/a.txt", "S: 203", config={"status_code": "{http.request.header.S}"})[0] == 203
    )


def test_files_that_lie_ready(root):
    ready = {"precompressed": {"gzip": {}}}
    _, fields, body = ask(root, "/pre.js", "Accept-Encoding: gzip", config=ready)
    assert fields["content-encoding"] == "gzip"
    assert gzip.decompress(body) == b"//" * 100
    assert fields["content-type"] == "text/javascript; charset=utf-8"
    assert fields["etag"] != ask(root, "/pre.js")[1]["etag"]
    assert "content-encoding" not in ask(root, "/pre.js", config=ready)[1]


def test_an_etag_from_a_file(root):
    (root / "a.txt.md5").write_text('"from file"\n')
    assert ask(root, config={"etag_file_extensions": [".sha", ".md5"]})[1]["etag"] == '"from file"'


def test_a_file_without_permission(root, monkeypatch):
    def refuse(*args, **kwargs):
        raise PermissionError("no")

    monkeypatch.setattr("builtins.open", refuse)
    assert ask(root)[0] == 403


BROWSE = {"browse": {}}


def test_a_listing_in_json(root):
    _, fields, body = ask(root, "/list/", "Accept: application/json", config=BROWSE)
    assert fields["content-type"] == "application/json; charset=utf-8"
    folder, file = json.loads(body)
    assert (folder["name"], folder["url"], folder["is_dir"]) == ("A/", "./A/", True)
    assert (file["name"], file["url"], file["size"]) == ("b c.txt", "./b%20c.txt", 1)


def test_a_listing_in_html_is_escaped(root):
    (root / "list" / "<i>&.txt").write_text("")
    body = ask(root, "/list/", config=BROWSE)[2].decode()
    assert "&lt;i&gt;&amp;.txt" in body
    assert "<i>" not in body


def test_a_listing_is_sorted_as_asked(root):
    (root / "list" / "z.txt").write_text("longer")
    names = lambda query: [  # noqa: E731
        i["name"] for i in json.loads(ask(root, f"/list/?{query}", "Accept: application/json",
                                          config=BROWSE)[2])
    ]  # fmt: skip
    assert names("sort=name&order=desc") == ["z.txt", "b c.txt", "A/"]
    assert names("sort=size") == ["A/", "b c.txt", "z.txt"]
    assert names("limit=1&offset=1") == ["b c.txt"]


def test_a_folder_is_listed_under_its_own_name(root):
    assert ask(root, "/list", config=BROWSE)[1]["location"] == "/list/"


def test_listings_hide_too(root):
    body = ask(root, "/list/", config={**BROWSE, "hide": ["*.txt"]})[2]
    assert b"b%20c" not in body


def test_a_listing_is_not_sent_twice(root):
    fields = ask(root, "/list/", config=BROWSE)[1]
    again = ask(root, "/list/", f"If-Modified-Since: {fields['last-modified']}", config=BROWSE)
    assert again[0] == 304


def test_mistakes_in_the_config():
    with pytest.raises(ConfigError, match="the first option must be one of"):
        ask("", config={"browse": {"sort": ["colour"]}})
