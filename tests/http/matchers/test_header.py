"""The header matcher."""

import pytest

from caddylite.codec import from_plain
from caddylite.http.matchers.header import Header
from caddylite.http.request import Headers, Request
from tests.http.matchers.asking import asked, request


@pytest.mark.parametrize(
    ("line", "value", "wanted"),
    [
        ("x-foo bar", "bar", True),
        ("x-foo bar", "Bar", False),
        ("x-foo *ar", "bar", True),
        ("x-foo ba*", "bar", True),
        ("x-foo *a*", "bar", True),
        ("x-foo *", "", True),
        ("!x-foo", "bar", False),
        ("!x-bar", "bar", True),
        ("x-bar *", "bar", False),
        ("Host a.*", "", True),
        ("x-foo {http.request.method}", "GET", True),
        ("x-foo {http.request.method}", "{http.request.method}", False),
    ],
)
def test_match(line, value, wanted):
    assert asked(f"header {line}")(request(fields={"X-Foo": value}, host="a.com")) is wanted


def test_one_of_the_values_of_a_field_that_comes_twice():
    r = Request(headers=Headers([("A", "1"), ("a", "2")]))
    assert asked("header A 2")(r)


def test_all_fields_must_match():
    match = from_plain(Header, {"A": ["1", "2"], "B": []}).prepare(None)
    assert match(request(fields={"A": "2", "B": "x"}))
    assert not match(request(fields={"A": "2"}))
