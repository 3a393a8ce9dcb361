"""Durations, as Go reads and prints them. (What is wanted is what Go's own functions answered.)"""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caddylite.values import Duration

DURATION = [
    ("0", "0 0s"),
    ("1s", "1000000000 1s"),
    ("-1s", "-1000000000 -1s"),
    ("+1s", "1000000000 1s"),
    ("1h2m3s", "3723000000000 1h2m3s"),
    ("1.5h", "5400000000000 1h30m0s"),
    (".5s", "500000000 500ms"),
    ("5.s", "5000000000 5s"),
    ("1ms", "1000000 1ms"),
    ("1us", "1000 1µs"),
    ("1µs", "1000 1µs"),
    ("1ns", "1 1ns"),
    ("0.1ns", "0 0s"),
    ("", 'ERR time: invalid duration ""'),
    ("-", 'ERR time: invalid duration "-"'),
    ("1", 'ERR time: missing unit in duration "1"'),
    ("x", 'ERR time: invalid duration "x"'),
    ("1x", 'ERR time: unknown unit "x" in duration "1x"'),
    ("1 s", 'ERR time: unknown unit " s" in duration "1 s"'),
    ("s", 'ERR time: invalid duration "s"'),
    (".", 'ERR time: invalid duration "."'),
    ("9223372036854775807ns", "9223372036854775807 2562047h47m16.854775807s"),
    ("-9223372036854775808ns", "-9223372036854775808 -2562047h47m16.854775808s"),
    ("9223372036854775808ns", 'ERR time: invalid duration "9223372036854775808ns"'),
    ("99999999999999999999h", 'ERR time: invalid duration "99999999999999999999h"'),
    ("2540400h", "9145440000000000000 2540400h0m0s"),
    ("1h-1m", 'ERR time: unknown unit "h-" in duration "1h-1m"'),
    ("1é", 'ERR time: unknown unit "\\xc3\\xa9" in duration "1\\xc3\\xa9"'),
    ('"1s"', 'ERR time: invalid duration "\\"1s\\""'),
]
#: With days, as Caddy adds them: read by ``caddy adapt``.
DAYS = [
    ("1d", 86_400_000_000_000),
    ("1.5d", 129_600_000_000_000),
    ("-1d", -86_400_000_000_000),
    ("1d2h", 93_600_000_000_000),
    ("3.3d", 285_119_999_999_999),
    ("d", 'strconv.ParseFloat: parsing "": invalid syntax'),
    ("disabled", 'strconv.ParseFloat: parsing "": invalid syntax'),
    ("abcd", 'strconv.ParseFloat: parsing "c": invalid syntax'),
    ("x" * 1025, "parsing duration: input string too long"),
]


@pytest.mark.parametrize(("text", "wanted"), DURATION)
def test_parse(text, wanted):
    try:
        duration = Duration.parse(text)
        found = f"{int(duration)} {duration.text}"
    except ValueError as e:
        found = f"ERR {e}"
    assert found == wanted


@pytest.mark.parametrize(("text", "wanted"), DAYS)
def test_parse_days(text, wanted):
    try:
        found = int(Duration.parse(text))
    except ValueError as e:
        found = str(e)
    assert found == wanted


def test_seconds():
    assert Duration.parse("1500ms").seconds == 1.5


@given(st.integers(-(1 << 53), 1 << 53))
def test_what_is_printed_is_read_again(nanoseconds):
    assert Duration.parse(Duration(nanoseconds).text) == nanoseconds


@given(st.text(alphabet="0123456789.hmsnuµd+- x"))
def test_no_text_breaks_it(text):
    with suppress(ValueError):
        assert abs(Duration.parse(text)) <= 1 << 63
