"""Conversions."""

import pytest

from caddylite.cel.values import Duration, Timestamp, TypeValue, Uint
from tests.cel.evaluating import complaint, failure, value


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("int('-12')", -12), ("int(1.9)", 1), ("int(-1.9)", -1), ("int(5u)", 5),
        ("int(duration('1us'))", 1000), ("int(timestamp('1970-01-01T00:01:00.9Z'))", 60),
        ("uint('7')", Uint(7)), ("uint(1.9)", Uint(1)), ("uint(3)", Uint(3)),
        ("double('1e3')", 1000.0), ("double(2)", 2.0), ("double(3u)", 3.0),
        ("double('0x1p4')", 16.0), ("string(-1)", "-1"), ("string(1u)", "1"),
        ("string(1.0)", "1"), ("string(0.1)", "0.1"), ("string(1e6)", "1e+06"),
        ("string(123456.0)", "123456"), ("string(-1.5e-7)", "-1.5e-07"),
        ("string(1.0 / 0.0)", "+Inf"), ("string(true)", "true"), ("string(b'a')", "a"),
        ("string(duration('1h30m'))", "5400s"), ("string(duration('-1ms'))", "-0.001s"),
        ("string(timestamp(0))", "1970-01-01T00:00:00Z"), ("bool('T')", True),
        ("bool('0')", False), ("bytes('é')", b"\xc3\xa9"), ("duration('-1.5h')",
         Duration(-5400 * 10**9)), ("timestamp(5)", Timestamp(5 * 10**9)),
        ("type(1)", TypeValue("int")), ("type(int)", TypeValue("type")), ("dyn([1])", [1]),
    ],
)  # fmt: skip
def test_values(text, means):
    assert value(text) == means
    assert type(value(text)) is type(means)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("int('x')", "type conversion error from 'string' to 'int'"),
        ("int('9223372036854775808')", "type conversion error from 'string' to 'int'"),
        ("int(9223372036854775808.0)", "integer overflow"),
        ("int(18446744073709551615u)", "integer overflow"),
        ("uint(-1)", "unsigned integer overflow"),
        ("uint(-0.5)", "unsigned integer overflow"),
        ("uint('-1')", "type conversion error from 'string' to 'uint'"),
        ("double('x')", "type conversion error from 'string' to 'double'"),
        ("bool('yes')", "type conversion error from 'string' to 'bool'"),
        ("duration('1')", "type conversion error from 'string' to 'google.protobuf.Duration'"),
        ("timestamp('2020-02-30T00:00:00Z')",
         "type conversion error from 'string' to 'google.protobuf.Timestamp'"),
        ("timestamp(253402300800)", "timestamp overflow"),
        ("string(b'\\xff')", "invalid UTF-8 in bytes, cannot convert to string"),
    ],
)  # fmt: skip
def test_constants_are_converted_when_the_expression_is_compiled(text, why):
    assert complaint(text) == why


def test_others_when_it_is_evaluated():
    assert failure("int('x' + '')") == "type conversion error from 'string' to 'int'"
    assert failure("int([dyn('a'), b'b'][1])") == "no such overload: int(bytes)"
