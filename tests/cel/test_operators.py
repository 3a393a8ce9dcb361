"""Operators."""

import math

import pytest

from caddylite.cel.operators import EARLIEST, LATEST, has_field, pick
from caddylite.cel.values import Map, Uint
from tests.cel.evaluating import failure, value


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("7 / 2", 3), ("-7 / 2", -3), ("7 / -2", -3), ("-7 % 3", -1), ("7 % -3", 1),
        ("7u % 4u", 3), ("1.0 / 0.0", math.inf), ("-1.0 / 0.0", -math.inf),
        ("1.0 / -0.0", -math.inf), ("'a' + 'b'", "ab"), ("b'a' + b'b'", b"ab"),
        ("[1] + [2]", [1, 2]), ("-(2)", -2), ("-(2.5)", -2.5), ("!true", False),
        ("2 in [1, 2]", True), ("'a' in {'a': 1}", True), ("'b' in {'a': 1}", False),
        ("dyn(1) in [1u]", True), ("1 / 0 == 1 || true", True), ("false && 1 / 0 == 1", False),
        ("(0.0 / 0.0) < 1.0", False), ("(0.0 / 0.0) >= 1.0", False), ("size('é€')", 2),
        ("size(b'\\xc3')", 1), ("{'a': [1, 2]}.a[1]", 2), ("1 < 2 ? 'a' : 'b'", "a"),
        ("18446744073709551615u - 1u", 2**64 - 2),
    ],
)  # fmt: skip
def test_values(text, means):
    assert value(text) == means


def test_unsigned_numbers_stay_unsigned():
    for text in ("1u + 1u", "2u - 1u", "2u * 2u", "4u / 2u", "5u % 3u"):
        assert type(value(text)) is Uint


def test_what_is_not_a_number():
    assert math.isnan(value("0.0 / 0.0"))
    assert value("0.0 / 0.0 != 0.0 / 0.0") is True


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("9223372036854775807 + 1", "integer overflow"),
        ("-9223372036854775808 - 1", "integer overflow"),
        ("-9223372036854775808 * -1", "integer overflow"),
        ("-9223372036854775808 / -1", "integer overflow"),
        ("-9223372036854775808 % -1", "integer overflow"),
        ("-(-9223372036854775808)", "integer overflow"),
        ("1u - 2u", "unsigned integer overflow"),
        ("18446744073709551615u * 2u", "unsigned integer overflow"),
        ("1 / 0", "division by zero"),
        ("1u / 0u", "division by zero"),
        ("1 % 0", "modulus by zero"),
        ("dyn('a') + 1", "no such overload"),
        ("dyn('a') < 1", "no such overload"),
        ("!dyn(1)", "no such overload"),
        ("-dyn('a')", "no such overload"),
        ("dyn(1) in dyn(1)", "no such overload"),
        ("size(dyn(1))", "no such overload"),
        ("dyn(1) ? 1 : 2", "no such overload"),
        ("dyn('a') && true", "no such overload"),
        ("false || dyn('a')", "no such overload"),
        ("[1][1]", "index out of bounds: 1"),
        ("[1][-1]", "index out of bounds: -1"),
        ("[1][dyn(0.5)]", "unsupported index value 0.5 in list"),
        ("[1][dyn('a')]", "unsupported index type 'string' in list"),
        ("{'a': 1}.b", "no such key: b"),
        ("dyn(1).a", "no such key: a"),
        ("{}[1]", "no such key: 1"),
    ],
)
def test_failures(text, why):
    assert failure(text) == why


def test_indices_are_whole_numbers_of_any_type():
    assert [pick(["a", "b"], i) for i in (1, 1.0, Uint(1))] == ["b"] * 3


def test_fields():
    assert has_field(Map([("a", None)]), "a")
    assert not has_field("text", "a")


def test_the_years_have_four_digits():
    assert (EARLIEST, LATEST) == (-62135596800 * 10**9, 253402300800 * 10**9 - 1)
