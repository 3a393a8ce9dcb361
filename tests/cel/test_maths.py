"""Functions of numbers."""

import math

import pytest

from caddylite.cel.values import Uint
from tests.cel.evaluating import failure, value


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("math.ceil(1.2)", 2.0), ("math.floor(-1.2)", -2.0), ("math.trunc(-1.9)", -1.0),
        ("math.round(2.5)", 3.0), ("math.round(-2.5)", -3.0), ("math.round(1e300)", 1e300),
        ("math.round(0.49999999999999994)", 0.0), ("math.ceil(1.0 / 0.0)", math.inf),
        ("math.isNaN(0.0 / 0.0)", True), ("math.isInf(1.0)", False), ("math.isFinite(1.0)", True),
        ("math.abs(-5)", 5), ("math.abs(-5.5)", 5.5), ("math.abs(5u)", Uint(5)),
        ("math.sign(-5)", -1), ("math.sign(0.0)", 0.0), ("math.sign(5u)", Uint(1)),
        ("math.bitAnd(6, 3)", 2), ("math.bitOr(6u, 3u)", Uint(7)), ("math.bitXor(6, 3)", 5),
        ("math.bitNot(0)", -1), ("math.bitNot(0u)", Uint(2**64 - 1)),
        ("math.bitShiftLeft(1, 63)", -(2**63)), ("math.bitShiftLeft(1u, 64)", Uint(0)),
        ("math.bitShiftLeft(1, 9223372036854775807)", 0), ("math.bitShiftRight(-1, 60)", 15),
        ("math.bitShiftRight(16u, 2)", Uint(4)), ("math.sqrt(81)", 9.0),
        ("math.least(3, 1, 2)", 1), ("math.greatest(1, 2.5)", 2.5), ("math.least([2, 1])", 1),
        ("math.greatest(2u)", Uint(2)), ("math.least(1, 1.0)", 1),
    ],
)  # fmt: skip
def test_values(text, means):
    found = value(text)
    assert found == means
    assert type(found) is type(means)


def test_the_root_of_a_negative_number():
    assert math.isnan(value("math.sqrt(-1)"))
    assert math.isnan(value("math.sign(0.0 / 0.0)"))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("math.abs(-9223372036854775808)", "integer overflow"),
        ("math.bitShiftLeft(1, -1)", "math.bitShiftLeft() negative offset: -1"),
        ("math.bitShiftRight(1, -1)", "math.bitShiftRight() negative offset: -1"),
        ("math.least(dyn([]))", "math.@min(list) argument must not be empty"),
        ("math.least(0.0 / 0.0, 1.0)", "NaN values cannot be ordered: math.@min"),
        ("math.least(dyn('a'), 1)", "no such overload: math.@min(string, int)"),
    ],
)
def test_failures(text, why):
    assert failure(text) == why
