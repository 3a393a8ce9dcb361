"""Numbers by Go's rules, with Go's complaints. (Wanted is what Go answered.)"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caddylite.gonumbers import (
    atoi,
    parse_bool,
    parse_float,
    parse_int,
    parse_size,
    parse_uint,
    quote,
    signed64,
)

ATOI = [
    ("0", "0"),
    ("7", "7"),
    ("-7", "-7"),
    ("+7", "7"),
    ("007", "7"),
    ("", 'ERR strconv.Atoi: parsing "": invalid syntax'),
    ("-", 'ERR strconv.Atoi: parsing "-": invalid syntax'),
    ("x", 'ERR strconv.Atoi: parsing "x": invalid syntax'),
    ("1x", 'ERR strconv.Atoi: parsing "1x": invalid syntax'),
    ("1.5", 'ERR strconv.Atoi: parsing "1.5": invalid syntax'),
    ("1_0", 'ERR strconv.Atoi: parsing "1_0": invalid syntax'),
    (" 1", 'ERR strconv.Atoi: parsing " 1": invalid syntax'),
    ("٣", 'ERR strconv.Atoi: parsing "٣": invalid syntax'),
    ("9223372036854775807", "9223372036854775807"),
    ("9223372036854775808", 'ERR strconv.Atoi: parsing "9223372036854775808": value out of range'),
    ("-9223372036854775808", "-9223372036854775808"),
    (
        "99999999999999999999x",
        'ERR strconv.Atoi: parsing "99999999999999999999x": value out of range',
    ),
    ("9999999999x", 'ERR strconv.Atoi: parsing "9999999999x": invalid syntax'),
]
UINT16 = [
    ("0", "0"),
    ("65535", "65535"),
    ("65536", 'ERR strconv.ParseUint: parsing "65536": value out of range'),
    ("", 'ERR strconv.ParseUint: parsing "": invalid syntax'),
    ("-1", 'ERR strconv.ParseUint: parsing "-1": invalid syntax'),
    ("+1", 'ERR strconv.ParseUint: parsing "+1": invalid syntax'),
    ("x", 'ERR strconv.ParseUint: parsing "x": invalid syntax'),
    ("70000x", 'ERR strconv.ParseUint: parsing "70000x": value out of range'),
    ("7x", 'ERR strconv.ParseUint: parsing "7x": invalid syntax'),
]
FLOAT = [
    ("0", "0"),
    ("1.5", "1.5"),
    (".5", "0.5"),
    ("5.", "5"),
    ("1e3", "1000"),
    ("1_000", "1000"),
    ("1__0", 'ERR strconv.ParseFloat: parsing "1__0": invalid syntax'),
    ("0x1p4", "16"),
    ("inf", "+Inf"),
    ("-Inf", "-Inf"),
    ("+infinity", "+Inf"),
    ("nan", "NaN"),
    ("1e400", 'ERR strconv.ParseFloat: parsing "1e400": value out of range'),
    ("", 'ERR strconv.ParseFloat: parsing "": invalid syntax'),
    ("x", 'ERR strconv.ParseFloat: parsing "x": invalid syntax'),
    ("1e", 'ERR strconv.ParseFloat: parsing "1e": invalid syntax'),
    ("--1", 'ERR strconv.ParseFloat: parsing "--1": invalid syntax'),
]
BOOL = [
    ("1", "true"),
    ("t", "true"),
    ("T", "true"),
    ("true", "true"),
    ("TRUE", "true"),
    ("True", "true"),
    ("0", "false"),
    ("f", "false"),
    ("F", "false"),
    ("false", "false"),
    ("FALSE", "false"),
    ("False", "false"),
    ("", 'ERR strconv.ParseBool: parsing "": invalid syntax'),
    ("yes", 'ERR strconv.ParseBool: parsing "yes": invalid syntax'),
    ("tRue", 'ERR strconv.ParseBool: parsing "tRue": invalid syntax'),
]
SIZE = [
    ("", 'ERR strconv.ParseFloat: parsing "": invalid syntax'),
    ("5", "5"),
    ("1.5", "1"),
    ("10,00", "1000"),
    ("1k", "1000"),
    ("1kb", "1000"),
    ("1KB", "1000"),
    ("1Ki", "1024"),
    ("1KiB", "1024"),
    ("2mib", "2097152"),
    ("3g", "3000000000"),
    ("1.5 MB", "1500000"),
    ("4 x", "ERR unhandled size name: x"),
    ("x", 'ERR strconv.ParseFloat: parsing "": invalid syntax'),
    ("-1", 'ERR strconv.ParseFloat: parsing "": invalid syntax'),
    ("16E", "16000000000000000000"),
    ("18446744073709551615", "18446744073709551615"),
    ("18446744073709551616", "ERR too large: 18446744073709551616"),
    ("1.5e3", "ERR unhandled size name: e3"),
    ("20e", "ERR too large: 20e"),
]
QUOTE = [
    ("a", '"a"'),
    ("", '""'),
    ('"', '"\\""'),
    ("\\", '"\\\\"'),
    ("\n\t\r\x07\x08\x0c\x0b", '"\\n\\t\\r\\a\\b\\f\\v"'),
    ("\x00\x7f", '"\\x00\\x7f"'),
    ("é", '"é"'),
    ("\u200b", '"\\u200b"'),
    ("\ufeff", '"\\ufeff"'),
    ("😀", '"😀"'),
    ("\U000e0001", '"\\U000e0001"'),
]


def answer(read, text):
    try:
        return str(read(text))
    except ValueError as e:
        return f"ERR {e}"


@pytest.mark.parametrize(("text", "wanted"), ATOI)
def test_atoi(text, wanted):
    assert answer(atoi, text) == wanted


@pytest.mark.parametrize(("text", "wanted"), UINT16)
def test_parse_uint(text, wanted):
    assert answer(lambda t: parse_uint(t, 16), text) == wanted


@pytest.mark.parametrize(("text", "wanted"), FLOAT)
def test_parse_float(text, wanted):
    if wanted.startswith("ERR"):
        assert answer(parse_float, text) == wanted
    else:
        assert repr(parse_float(text)) == repr(float(wanted))


@pytest.mark.parametrize(("text", "wanted"), BOOL)
def test_parse_bool(text, wanted):
    assert answer(lambda t: str(parse_bool(t)).lower(), text) == wanted


@pytest.mark.parametrize(("text", "wanted"), SIZE)
def test_parse_size(text, wanted):
    assert answer(parse_size, text) == wanted


@pytest.mark.parametrize(("text", "wanted"), QUOTE)
def test_quote(text, wanted):
    assert quote(text) == wanted


def test_quote_shows_bytes_that_are_not_utf8():
    assert quote(b"a\xff".decode("utf-8", "surrogateescape")) == '"a\\xff"'


def test_octal_and_small_integers():
    assert parse_uint("0640", 32, 8) == 0o640
    assert answer(lambda t: parse_uint(t, 32, 8), "8").endswith("invalid syntax")
    assert parse_int("-32768", 16) == -32768
    assert answer(lambda t: parse_int(t, 16), "32768").endswith("value out of range")


def test_an_unsigned_number_becomes_signed_as_in_go():
    assert signed64((1 << 64) - 1) == -1
    assert signed64(5) == 5


@given(st.integers(-(1 << 63), (1 << 63) - 1))
def test_every_integer_comes_back(number):
    assert atoi(str(number)) == number


@given(st.text())
def test_no_text_breaks_the_readers(text):
    for read in (atoi, parse_uint, parse_float, parse_bool, parse_size):
        answer(read, text)
