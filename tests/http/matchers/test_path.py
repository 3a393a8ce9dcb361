"""The path matcher; the answers are those of the real program."""

import pytest

from tests.http.matchers.asking import asked, request


@pytest.mark.parametrize(
    ("pattern", "path", "wanted"),
    [
        ("/a", "/a", True),
        ("/a", "/A", True),
        ("/a", "/a/", False),
        ("/a", "/x/../a", True),
        ("/a/*", "/a", False),
        ("/a/*", "/a//b", True),
        ("/a*", "/ab/c", True),
        ("*.php", "/x/y.PHP", True),
        ("*/b/*", "/a/b/c", True),
        ("/accounts/*/info", "/accounts/x/info", True),
        ("/accounts/*/info", "/accounts/x/y/info", False),
        ("/a//b", "/a//b", True),
        ("/a//b", "/a/b", False),
        ("*", "/whatever", True),
        ("/[a-c]x", "/bx", True),
        ("/[a-c]x", "/dx", False),
        ("/?", "/é", True),
        ("/a b", "/a%20b", True),
        ("/foo%2Fbar", "/foo%2fbar", True),
        ("/foo%2Fbar", "/foo/bar", False),
        ("/foo%2Fbar", "/foo%2fbarbaz", False),
        ("/bands/*/", "/bands/AC%2fDC/", False),
        ("/bands/%*/", "/bands/AC%2fDC/", True),
        ("/é%20*", "/%C3%A9%20x", True),
        ("/{http.request.method}", "/get", False),
        ("/{http.vars.none}x", "/x", True),
    ],
)
def test_match(pattern, path, wanted):
    assert asked(f'path "{pattern}"')(request(path)) is wanted


def test_one_of_several_suffices():
    match = asked("path /a /b*")
    assert match(request("/bc"))
    assert not match(request("/c"))


def test_without_patterns_nothing_matches():
    assert not asked("path")(request("/"))
