"""Expressions about requests."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caddylite.errors import ConfigError
from caddylite.http.expressions import compile_test, expanded
from caddylite.http.matching import MatchError
from tests.http.matchers.asking import request


def holds(text: str, path: str = "/", **more) -> bool:
    return compile_test(text, "")(request(path, **more))


def fails(text: str, **known) -> str:
    with pytest.raises(MatchError) as caught:
        holds(text, placeholders=known)
    return caught.value.why


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("{http.request.method} == 'GET'", "ph(req, \"http.request.method\") == 'GET'"),
        ("x{a.b}", 'xph(req, "a.b")'),
        (r"'\{http.request.method}'", "'{http.request.method}'"),
        ("{'a': 1}", "{'a': 1}"),
        ("{a}", "{a}"),
        ("{aa}{bb}", 'ph(req, "aa"){bb}'),
    ],
)
def test_placeholders_are_calls(text, written):
    assert expanded(text) == written


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a", "== 'a'"), (5, "== 5"), (5, "> 4.5"), (True, "== true"), (1.5, "< 2.0"),
        (None, "== null"), (["a", "b"], "[1] == 'b'"), (("a",), "== ['a']"),
        ({"a": [1]}, ".a[0] == 1"), (b"x", "== 'x'"), (timedelta(seconds=90),
         "== duration('90s')"),
        (datetime(2020, 1, 2, tzinfo=UTC), "== timestamp('2020-01-02T00:00:00Z')"),
        (datetime(2020, 1, 2, tzinfo=timezone(timedelta(hours=1))),
         "== timestamp('2020-01-01T23:00:00Z')"),
    ],
)  # fmt: skip
def test_values_of_placeholders(value, text):
    assert holds("{some.value} " + text, placeholders={"some.value": value})


def test_a_placeholder_that_is_not_known_is_null():
    assert holds("{not.known} == null")
    assert fails("{not.known}.startsWith('a')") == "evaluating expression: no such overload"


def test_the_error_of_error_routes():
    assert holds("{http.error.status_code} in [404, 410]",
                 placeholders={"http.error.status_code": 404})  # fmt: skip


def test_the_request_is_a_value():
    assert holds("req == req && ph(req, 'http.request.method') == 'GET'")
    assert fails("ph(null, 'a') == 1") == "evaluating expression: no such overload"


def test_errors_do_not_matter_where_the_answer_does_not_hang_on_them():
    assert holds("{'a': 1}.b == 1 || true")
    assert not holds("{'a': 1}.b == 1 && false")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1 +", "compiling CEL program: ERROR: <input>:1:4: Syntax error: mismatched input"),
        ("foo", "compiling CEL program: ERROR: <input>:1:1: undeclared reference to 'foo'"),
        ("int('x') == 1", "compiling CEL program: type conversion error from 'string' to 'int'"),
        ("1", "CEL request matcher expects return type of bool, not int"),
        ("{a.b}", "CEL request matcher expects return type of bool, not google.protobuf.Any"),
        ("[null]", "CEL request matcher expects return type of bool, not list(null_type)"),
    ],
)
def test_mistakes(text, words):
    with pytest.raises(ConfigError) as caught:
        compile_test(text, "")
    assert str(caught.value).startswith(words)


def test_columns_are_those_of_the_text_with_calls():
    with pytest.raises(ConfigError, match="<input>:1:35: undeclared reference to 'x'"):
        compile_test("{http.request.method} == x", "")


TOKENS = (
    "path", "path_regexp", "header", "query", "file", "vars", "host", "remote_ip", "protocol",
    "method", "url_pattern", "vars_regexp", "req", "ph", "{http.request.method}", "{a.b}", "(",
    ")", "{", "}", "[", "]", ",", ":", "'a'", "'/a*'", "'('", "'{x.y}'", "1", "null", "+", "&&",
    "||", "!", "==", "?", "matches", ".", "dyn",
)  # fmt: skip


@given(st.lists(st.sampled_from(TOKENS), max_size=12).map(" ".join))
def test_whatever_is_written_only_the_right_errors_come_out(text):
    with suppress(ConfigError, MatchError):
        assert compile_test(text, "n")(request("/a")) in (True, False)
