"""Moments and spans of time."""

import pytest

from caddylite.cel.problems import EvalError
from caddylite.cel.times import parse_timestamp, seconds_of, write_timestamp
from caddylite.cel.values import Duration, Timestamp
from tests.cel.evaluating import failure, value

MOMENT = "timestamp('2020-02-29T13:14:15.678Z')"


@pytest.mark.parametrize(
    ("text", "seconds", "written"),
    [
        ("1970-01-01T00:00:01Z", 1, "1970-01-01T00:00:01Z"),
        ("1970-01-01T01:00:00+01:00", 0, "1970-01-01T01:00:00+01:00"),
        ("1969-12-31T23:59:59.5Z", -0.5, "1969-12-31T23:59:59.5Z"),
        ("0001-01-01T00:00:00Z", -62135596800, "0001-01-01T00:00:00Z"),
        ("1970-01-01T00:00:00.000000001-02:30", 9000.000000001, None),
    ],
)
def test_reading_and_writing(text, seconds, written):
    moment = parse_timestamp(text)
    assert moment.nanoseconds == round(seconds * 10**9)
    assert write_timestamp(moment) == (written or text)


@pytest.mark.parametrize(
    "text",
    ["", "2020", "2020-01-01", "2020-13-01T00:00:00Z", "2020-01-01T24:00:00Z",
     "2020-01-01T00:00:00", "2020-01-01T00:00:00+24:00", "2020-01-01 00:00:00Z"],
)  # fmt: skip
def test_what_is_no_moment(text):
    with pytest.raises(EvalError, match="invalid RFC 3339 timestamp"):
        parse_timestamp(text)


def test_days_and_seconds_that_are_not_there():
    for text in ("2020-02-30T00:00:00Z", "2020-01-01T00:00:60Z"):
        with pytest.raises(ValueError):  # noqa: PT011 - any words will do
            parse_timestamp(text)


@pytest.mark.parametrize(
    ("call", "number"),
    [
        ("getFullYear()", 2020), ("getMonth()", 1), ("getDayOfYear()", 59),
        ("getDayOfMonth()", 28), ("getDate()", 29), ("getDayOfWeek()", 6), ("getHours()", 13),
        ("getMinutes()", 14), ("getSeconds()", 15), ("getMilliseconds()", 678),
        ("getHours('+02:30')", 15), ("getMinutes('-00:30')", 44), ("getHours('')", 13),
        ("getHours('America/New_York')", 8), ("getDate('Pacific/Auckland')", 1),
    ],
)  # fmt: skip
def test_parts(call, number):
    assert value(f"{MOMENT}.{call}") == number


@pytest.mark.parametrize(
    ("zone", "why"),
    [
        ("Nowhere/Land", "unknown time zone Nowhere/Land"),
        ("24:00", "timezone offset hours out of range [-23, 23]: 24:00"),
        ("01:60", "timezone offset minutes out of range [0, 59]: 01:60"),
        ("x:00", "no such time zone: x:00"),
        ("../etc/passwd", "unknown time zone ../etc/passwd"),
    ],
)
def test_zones_that_are_none(zone, why):
    assert failure(f"{MOMENT}.getHours('{zone}')") == why


def test_spans():
    assert value("duration('3723.5s').getHours()") == 1
    assert value("duration('-3723.5s').getMinutes()") == -62
    assert value("duration('1.5s').getMilliseconds()") == 1500
    assert seconds_of(Duration(-1_500_000_000)) == -1.5


def test_arithmetic():
    assert value("timestamp(0) + duration('1h')") == Timestamp(3600 * 10**9)
    assert value("timestamp(3600) - timestamp(0)") == Duration(3600 * 10**9)
    assert value("duration('1h') - duration('1m')") == Duration(3540 * 10**9)
    assert failure("timestamp('9999-12-31T23:59:59Z') + duration('1s')") == "timestamp overflow"
    assert failure("timestamp('9999-01-01T00:00:00Z') - timestamp(0)") == "integer overflow"


def test_the_edge_of_time_in_another_zone():
    assert value("timestamp('0001-01-01T00:00:00Z').getFullYear()") == 1
    assert failure("timestamp('0001-01-01T00:00:00Z').getHours('-01:00')") == "timestamp overflow"
