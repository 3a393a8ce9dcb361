from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caddylite import placeholders
from caddylite.placeholders import (
    UNKNOWN,
    Globals,
    PlaceholderError,
    Template,
    replace_all,
    replace_known,
    replace_or_err,
    to_string,
)

VALUES = {"a": "A", "b.c": "{a}", "empty": "", "n": 7, "yes": True, "none": None, "f": 1e21}


def lookup(name):
    return VALUES.get(name, UNKNOWN)


@pytest.mark.parametrize(
    ("text", "all_", "known"),
    [
        ("plain", "plain", "plain"),
        ("{a}", "A", "A"),
        ("x{a}y{n}z", "xAy7z", "xAy7z"),
        ("{nope}", "", "{nope}"),
        ("<{nope}>", "<>", "<{nope}>"),
        ("{b.c}", "{a}", "{a}"),
        (r"\{a}", "{a}", "{a}"),
        (r"\{a\}", "{a}", "{a}"),
        (r"{a\}", "", r"{a\}"),
        (r"{no\}pe}x", "x", "{no}pe}x"),
        ("{a", "{a", "{a"),
        ("a}", "a}", "a}"),
        ("{x{a}", "", "{xA"),
        ("{x{a}}", "}", "{xA}"),
        ("{}", "", "{}"),
        ("{empty}{none}", "", ""),
        ("{yes} {f}", "true 1000000000000000000000", "true 1000000000000000000000"),
    ],
)
def test_replaces_as_caddy_does(text, all_, known):
    assert replace_all(text, lookup) == all_
    assert replace_known(text, lookup) == known


def test_empty_values_take_the_given_word():
    assert replace_all("{empty}|{nope}|{a}", lookup, "-") == "-|-|A"
    assert replace_known("{empty}|{nope}", lookup, "-") == "-|{nope}"


def test_or_err_names_the_placeholder():
    with pytest.raises(PlaceholderError, match=r"unrecognized placeholder \{nope\}"):
        replace_or_err("{nope}", lookup)
    with pytest.raises(PlaceholderError, match=r"evaluated placeholder \{empty\} is empty"):
        replace_or_err("{empty}", lookup)
    assert replace_or_err("{nope}{empty}{a}", lookup, False, False) == "{nope}A"


def test_too_many_open_braces_give_nothing():
    assert replace_all("{" * 102, lookup) == ""
    assert replace_all("{" * 101, lookup) == "{" * 101
    with pytest.raises(PlaceholderError, match="too many unclosed"):
        replace_or_err("{" * 200, lookup)


def test_a_template_knows_its_names():
    t = placeholders.compile("{a}:{b.c}")
    assert t.names == ("a", "b.c")
    assert not t.constant
    assert placeholders.compile(r"\{a\}").literal == "{a}"


@given(st.text(alphabet="ab{}\\.", max_size=20))
def test_known_is_all_when_everything_is_known(text):
    # An unknown name alone makes the two differ.
    t = Template(text)
    assert t.expand(lambda n: "v") == t.expand_known(lambda n: "v")


@given(st.text(alphabet="ab{}", max_size=20))
def test_nothing_known_changes_nothing(text):
    assert replace_known(text, lambda n: UNKNOWN) == text


def test_globals(tmp_path):
    at = datetime(2024, 2, 3, 4, 5, 6, 780000, UTC)
    g = Globals({"HOME": "/h"}, lambda: at)
    (tmp_path / "f").write_bytes(b"secret\r\n")
    assert g("env.HOME") == "/h"
    assert g("env.NOPE") == ""
    assert g(f"file.{tmp_path}/f") == "secret"
    assert g(f"file.{tmp_path}/none") == ""
    assert g("time.now.http") == "Sat, 03 Feb 2024 04:05:06 GMT"
    assert g("time.now.common_log") == "03/Feb/2024:04:05:06 +0000"
    assert g("time.now.unix_ms") == "1706933106780"
    assert g("time.now.year") == "2024"
    assert to_string(g("time.now")) == "2024-02-03 04:05:06.78 +0000 UTC"
    assert g("system.slash") == "/"
    assert g("system.nope") is UNKNOWN
    assert g("time.then") is UNKNOWN
    assert g("http.request.host") is UNKNOWN
