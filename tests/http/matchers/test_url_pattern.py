"""The url_pattern matcher; the answers are those of the real program."""

import pytest

from caddylite.errors import ConfigError
from tests.http.matchers.asking import asked, request


@pytest.mark.parametrize(
    ("pattern", "path", "groups"),
    [
        ("/books/:id", "/books/12", {"pathname.id": "12"}),
        ("/books/:id", "/books/12/x", None),
        ("/books/:id", "/books//12", {"pathname.id": "12"}),
        ("/a*", "/abc", {"pathname.0": "bc"}),
        (r"/(\d+)", "/12", {"pathname.0": "12"}),
        (r"/(\d+)", "/x", None),
        ("/foo{/bar}?", "/foo", {}),
        ("/foo{/bar}?", "/foo/bar", {}),
        ("/:f.:e(php|js)", "/x.js", {"pathname.f": "x", "pathname.e": "js"}),
        ("/:a+", "/x/y", {"pathname.a": "x/y"}),
        ("/a?q=:q", "/a?q=hello", {"search.q": "hello"}),
        ("http://*.a.com/:p", "/z", {"hostname.0": "x", "pathname.p": "z"}),
        ("https://x.a.com/*", "/z", None),
        ("/é", "/%C3%A9", {}),
    ],
)
def test_match(pattern, path, groups):
    r = request(path, host="x.a.com:8080" if pattern.startswith("/") else "x.a.com")
    assert asked(f'url_pattern "{pattern}"')(r) is (groups is not None)
    prefix = "http.url_pattern."
    ours = {k.removeprefix(prefix): v for k, v in r.placeholders.items() if k.startswith(prefix)}
    assert {k: v for k, v in ours.items() if k in (groups or {})} == (groups or {})


@pytest.mark.parametrize(
    ("options", "path", "wanted"),
    [
        ("base_url http://a.com", "/books/1", True),
        ("base_url http://b.com", "/books/1", False),
        ("ignore_case", "/BOOKS/1", True),
        ("", "/BOOKS/1", False),
    ],
)
def test_options(options, path, wanted):
    match = asked(f"url_pattern /books/:id {{\n{options}\n}}")
    assert match(request(path, host="a.com")) is wanted


@pytest.mark.parametrize("bad", ["/a(b", "/(?:a)", "/:", "/{a", "/:a:a", "/x+"])
def test_a_malformed_pattern_is_refused(bad):
    with pytest.raises(ConfigError, match="unable to parse URL pattern"):
        asked(f'url_pattern "{bad}"')
