"""Values."""

import pytest

from caddylite.cel.problems import EvalError
from caddylite.cel.values import (
    Duration,
    Map,
    Timestamp,
    TypeValue,
    Uint,
    compare_numbers,
    equal,
    order,
    type_name,
)

NAN = float("nan")


@pytest.mark.parametrize(
    ("value", "name"),
    [(True, "bool"), (1, "int"), (Uint(1), "uint"), (1.0, "double"), ("", "string"),
     (b"", "bytes"), ([], "list"), (Map(), "map"), (None, "null_type"), (TypeValue("x"), "type"),
     (Duration(0), "google.protobuf.Duration"), (Timestamp(0), "google.protobuf.Timestamp"),
     (object(), "http.Request")],
)  # fmt: skip
def test_names_of_types(value, name):
    assert type_name(value) == name


@pytest.mark.parametrize(
    ("left", "right", "answer"),
    [
        (1, 1, True), (1, Uint(1), True), (1, 1.0, True), (1, True, False), (1, "1", False),
        (-1, Uint(2**64 - 1), False), (NAN, NAN, False), (None, None, True), (None, 0, False),
        ([1, 2], [1.0, Uint(2)], True), ([1], [1, 2], False), ("a", b"a", False),
        (Map([("a", 1)]), Map([("a", 1.0)]), True), (Map([("a", 1)]), Map([("b", 1)]), False),
        (Map([(1, 1)]), Map([(Uint(1), 1)]), True), (Duration(1), Duration(1), True),
        (Timestamp(1, 3600), Timestamp(1), True), (TypeValue("int"), TypeValue("int"), True),
    ],
)  # fmt: skip
def test_equality(left, right, answer):
    assert equal(left, right) is answer
    assert equal(right, left) is answer


def test_numbers_are_compared_across_types():
    assert compare_numbers(-1, Uint(0)) == -1
    assert compare_numbers(2**63 - 1, float(2**63)) == 0
    assert compare_numbers(1, NAN) is None


def test_order():
    assert order("a", "b") == -1
    assert order(b"b", b"a") == 1
    assert order(False, True) == -1
    assert order(Duration(1), Duration(1)) == 0
    assert order("\uffff", "\U00010000") == -1
    for left, right in (("a", 1), ([1], [2]), (None, None), (True, 1)):
        with pytest.raises(EvalError, match="no such overload"):
            order(left, right)


def test_the_keys_of_a_map_keep_their_types():
    made = Map([(1, "int"), (Uint(1), "uint"), (True, "bool"), ("1", "string")])
    assert len(made) == 4
    assert made.find(1) == (1, "int")
    assert made.find(Uint(1)) == (Uint(1), "uint")
    assert made.find(1.0) == (1, "int")
    assert made.find(True) == (True, "bool")
    assert made.find(1.5) is None
    assert made.find(float("inf")) is None
    assert made.find([1]) is None


def test_the_last_of_equal_keys_counts():
    assert list(Map([("a", 1), ("a", 2)]).items()) == [("a", 2)]


def test_lists_are_no_keys():
    with pytest.raises(EvalError, match="unsupported key type"):
        Map([([1], 2)])
