"""Rewriting of requests; the results were seen from real Caddy (test_against_caddy repeats it)."""

import pytest

from caddylite.codec import from_plain
from caddylite.errors import ConfigError
from caddylite.http.handlers.rewrite import Rewrite
from caddylite.http.replacer import uri
from caddylite.http.request import Headers, Request
from caddylite.http.rewriting import Rewriter, split_uri, strip_escaped_prefix
from caddylite.http.urls import set_raw_path


def rewritten(config, target="/a/b?x=1", **fields):
    raw_path, _, query = target.partition("?")
    request = Request(query=query, headers=Headers(fields.items()))
    set_raw_path(request, raw_path)
    changed = Rewriter(from_plain(Rewrite, config)).apply(request)
    return uri(request), changed, request


@pytest.mark.parametrize(
    ("config", "target", "result"),
    [
        ({"uri": "/new"}, "/a?x=1", "/new?x=1"),
        ({"uri": "/new?"}, "/a?x=1", "/new"),
        ({"uri": "?y=2"}, "/a?x=1", "/a?y=2"),
        ({"uri": "/new{http.request.uri.path}"}, "/a%2Fb", "/new/a/b"),
        ({"uri": "/n?{http.request.uri.query}&z={http.request.uri.path}"}, "/a b?x=1&y",
         "/n?x=1&y&z=%2Fa+b"),
        ({"uri": "/n?v={http.request.uri.query}"}, "/a?x=1&y", "/n?v=x%3D1%26y"),
        ({"uri": "/i?a={http.request.header.X}"}, "/a", "/i?a="),
        ({"uri": "/n#frag"}, "/a", "/n"),
        ({"strip_path_prefix": "/api"}, "/api/x", "/x"),
        ({"strip_path_prefix": "api"}, "/API/x", "/x"),
        ({"strip_path_prefix": "/api"}, "/other/x", "/other/x"),
        ({"strip_path_prefix": "/a b"}, "/a%20b/c", "/c"),
        ({"strip_path_prefix": "/a%2fb"}, "/a/b/c", "/a/b/c"),
        ({"strip_path_suffix": ".php"}, "/x.php", "/x"),
        ({"uri_substring": [{"find": "a", "replace": "b"}]}, "/aa?a=1", "/bb?b=1"),
        ({"uri_substring": [{"find": "a", "replace": "b", "limit": 1}]}, "/aa", "/ba"),
        ({"path_regexp": [{"find": "/(\\d+)", "replace": "/n-$1"}]}, "/1/22", "/n-1/n-22"),
        ({"path_regexp": [{"find": "a", "replace": "b c"}]}, "/a", "/b%20c"),
        ({"query": {"set": [{"key": "z", "val": "1 2"}], "delete": ["x"]}}, "/?x=1&k=v",
         "/?k=v&z=1+2"),
        ({"query": {"rename": [{"key": "x", "val": "y"}]}}, "/?x=1", "/?y=1"),
        ({"query": {"add": [{"key": "x", "val": "2"}]}}, "/?x=1", "/?x=1&x=2"),
        ({"query": {"replace": [{"key": "*", "search": "a", "replace": "b"}]}}, "/?x=aa&y=a",
         "/?x=bb&y=b"),
        ({"query": {"replace": [{"key": "x", "search_regexp": "(.)$", "replace": "<$1>"}]}},
         "/?x=ab", "/?x=a%3Cb%3E"),
    ],
)  # fmt: skip
def test_rewrites(config, target, result):
    assert rewritten(config, target)[0] == result


def test_says_whether_anything_changed():
    assert rewritten({"uri": "/new"})[1]
    assert not rewritten({"strip_path_prefix": "/none"})[1]


def test_the_method():
    assert rewritten({"method": "post"})[2].method == "POST"


def test_a_placeholder_cannot_bring_in_another():
    result, _, _ = rewritten({"uri": "/x{http.request.header.X}"}, "/", X="?a={env.HOME}")
    assert "HOME" not in result or "%7B" in result


@pytest.mark.parametrize(
    ("uri_text", "parts"),
    [("/a", ("/a", None)), ("/a?", ("/a", "")), ("?b", ("", "b")), ("/a?b#c?d", ("/a", "b"))],
)
def test_uris_are_split(uri_text, parts):
    assert split_uri(uri_text) == parts


def test_prefixes_are_compared_along_the_escapes():
    assert strip_escaped_prefix("/%41/x", "/a") == "/x"
    assert strip_escaped_prefix("/a", "/a/b") == "/a"


def test_bad_expressions_are_config_errors():
    with pytest.raises(ConfigError, match="compiling regular expression 0"):
        rewritten({"path_regexp": [{"find": "(", "replace": ""}]})
