"""What literals stand for."""

import pytest

from caddylite.cel import literals
from caddylite.cel.values import Uint


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", 0), ("-12", -12), ("0x1F", 31), ("-0x10", -16), ("9223372036854775807", 2**63 - 1),
     ("-9223372036854775808", -(2**63))],
)  # fmt: skip
def test_integers(text, number):
    assert literals.integer(text) == number


@pytest.mark.parametrize("text", ["9223372036854775808", "-9223372036854775809", "9" * 5000])
def test_integers_that_are_too_large(text):
    with pytest.raises(ValueError, match="invalid int literal"):
        literals.integer(text)


def test_unsigned_integers():
    assert literals.unsigned("0xffu") == 255
    assert type(literals.unsigned("1u")) is Uint
    with pytest.raises(ValueError, match="invalid uint literal"):
        literals.unsigned("18446744073709551616u")


def test_doubles():
    assert literals.double("-1.5e3") == -1500.0
    with pytest.raises(ValueError, match="invalid double literal"):
        literals.double("1e999")


@pytest.mark.parametrize(
    ("text", "means"),
    [("'a'", "a"), ('""', ""), ("''''''", ""), ("'''a\r\nb\rc'''", "a\nb\nc"), (r"r'\n'", r"\n"),
     (r"'\a\b\f\n\r\t\v\\\?\'\"\`'", "\a\b\f\n\r\t\v\\?'\"`"),
     (r"'\x41\101\u00e9\U0001F600'", "AAé😀"), ("'é'", "é")],
)  # fmt: skip
def test_strings(text, means):
    assert literals.string(text) == means


@pytest.mark.parametrize("text", [r"'\ud800'", r"'\U00110000'"])
def test_escapes_that_stand_for_no_character(text):
    with pytest.raises(ValueError, match="invalid unicode code point"):
        literals.string(text)


def test_bytes():
    assert literals.octets("b'é'") == "é".encode()
    assert literals.octets(r"b'\xff\377\n'") == b"\xff\xff\n"
    assert literals.octets(r"b'\303\251'").decode() == "é"
    assert literals.octets(r"br'\n'") == rb"\n"
    with pytest.raises(ValueError, match="unable to unescape"):
        literals.octets(r"b'\u0041'")
