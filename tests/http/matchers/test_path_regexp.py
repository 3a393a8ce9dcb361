"""The path_regexp matcher."""

import pytest

from caddylite.errors import ConfigError
from tests.http.matchers.asking import asked, request


def test_captures_by_number_and_name():
    r = request("/a//style.1a2b.css")
    assert asked(r"path_regexp v \.(\w+)\.(?P<ext>css|js)$")(r)
    assert r.placeholders["http.regexp.v.1"] == "1a2b"
    assert r.placeholders["http.regexp.v.ext"] == "css"
    assert r.placeholders["http.regexp.2"] == "css"
    assert r.placeholders["http.regexp.0"] == ".1a2b.css"


def test_the_path_is_cleaned_and_decoded():
    assert asked('path_regexp "^/a b/c$"')(request("/x/../a%20b//c"))


def test_no_match_leaves_nothing_behind():
    r = request("/x")
    assert not asked("path_regexp y(z)")(r)
    assert r.placeholders == {}


def test_a_malformed_expression_is_refused():
    with pytest.raises(ConfigError, match=r"compiling matcher regexp a\(: error parsing regexp"):
        asked("path_regexp a(")
