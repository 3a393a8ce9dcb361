"""Conditional and range requests."""

import pytest

from caddylite.http.conditions import (
    BadRange,
    Part,
    check,
    http_date,
    parse_date,
    parse_range,
    range_holds,
)
from caddylite.http.request import Headers

AT = 784111777  # Sun, 06 Nov 1994 08:49:37 GMT
DATE = "Sun, 06 Nov 1994 08:49:37 GMT"
BEFORE, AFTER = http_date(AT - 1), http_date(AT + 1)


@pytest.mark.parametrize(
    "text", [DATE, "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"]
)
def test_dates(text):
    assert parse_date(text) == AT


@pytest.mark.parametrize("text", ["", "yesterday", "Sun, 06 Foo 1994 08:49:37 GMT", DATE + " "])
def test_what_is_no_date(text):
    assert parse_date(text) is None


def test_dates_are_written():
    assert http_date(AT + 0.9) == DATE


@pytest.mark.parametrize(
    ("method", "fields", "status"),
    [
        ("GET", {}, 0),
        ("GET", {"If-None-Match": '"e"'}, 304),
        ("GET", {"If-None-Match": 'W/"e"'}, 304),
        ("GET", {"If-None-Match": '"x", "e"'}, 304),
        ("GET", {"If-None-Match": "*"}, 304),
        ("POST", {"If-None-Match": "*"}, 412),
        ("GET", {"If-None-Match": '"x"'}, 0),
        ("GET", {"If-None-Match": '"x"', "If-Modified-Since": AFTER}, 0),
        ("GET", {"If-Match": '"e"'}, 0),
        ("GET", {"If-Match": 'W/"e"'}, 412),
        ("GET", {"If-Match": '"x"'}, 412),
        ("GET", {"If-Match": "*"}, 0),
        ("GET", {"If-Modified-Since": DATE}, 304),
        ("GET", {"If-Modified-Since": BEFORE}, 0),
        ("GET", {"If-Modified-Since": "junk"}, 0),
        ("POST", {"If-Modified-Since": DATE}, 0),
        ("GET", {"If-Unmodified-Since": DATE}, 0),
        ("GET", {"If-Unmodified-Since": BEFORE}, 412),
        ("GET", {"If-Match": '"e"', "If-Unmodified-Since": BEFORE}, 0),
    ],
)
def test_preconditions(method, fields, status):
    assert check(method, Headers(fields.items()), '"e"', AT + 0.5) == status


@pytest.mark.parametrize(
    ("condition", "holds"),
    [("", True), ('"e"', True), ('"x"', False), ('W/"e"', False), (DATE, True), (BEFORE, False)],
)
def test_if_range(condition, holds):
    wanted = Headers([("If-Range", condition)] if condition else [])
    assert range_holds(wanted, '"e"', AT) is holds


@pytest.mark.parametrize(
    ("field", "parts"),
    [
        ("", []),
        ("bytes=0-3", [(0, 4)]),
        ("bytes=0-", [(0, 10)]),
        ("bytes=8-99", [(8, 2)]),
        ("bytes=-3", [(7, 3)]),
        ("bytes=-30", [(0, 10)]),
        ("bytes=0-0, -1", [(0, 1), (9, 1)]),
        ("bytes=0-1,20-30", [(0, 2)]),
        ("bytes=,", []),
    ],
)
def test_ranges(field, parts):
    assert parse_range(field, 10) == [Part(*p) for p in parts]


@pytest.mark.parametrize(
    ("field", "overlaps"),
    [("bytes=10-", False), ("bytes=99-100", False), ("bytes=3-2", True), ("lines=1-2", True),
     ("bytes=a-b", True), ("bytes=-", True), ("bytes=1", True), ("bytes=--1", True)],
)  # fmt: skip
def test_bad_ranges(field, overlaps):
    with pytest.raises(BadRange) as caught:
        parse_range(field, 10)
    assert caught.value.overlaps is overlaps


def test_a_part_names_itself():
    assert Part(2, 3).content_range(10) == "bytes 2-4/10"
