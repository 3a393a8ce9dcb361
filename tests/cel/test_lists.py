"""Functions of lists."""

import pytest

from tests.cel.evaluating import failure, value


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("[1, 2, 3].slice(1, 3)", [2, 3]), ("[[1], [2, 3]].flatten()", [1, 2, 3]),
        ("[1, [2, [3]]].flatten(1)", [1, 2, [3]]), ("[1, [2, [3]]].flatten(9)", [1, 2, 3]),
        ("[1, [2]].flatten(9223372036854775807)", [1, 2]), ("[[1]].flatten(0)", [[1]]),
        ("[3, 1, 2].sort()", [1, 2, 3]), ("['b', 'a'].sort()", ["a", "b"]), ("[].sort()", []),
        ("[3, 1].sortBy(x, -x)", [3, 1]), ("lists.range(3)", [0, 1, 2]),
        ("[1, 2].reverse()", [2, 1]), ("[1, 2, 1, 1.0].distinct()", [1, 2]),
        ("[[2], [1]].sortBy(x, x[0])", [[1], [2]]),
    ],
)  # fmt: skip
def test_values(text, means):
    assert value(text) == means


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[1].slice(-1, 1)", "cannot slice(-1, 1), negative indexes not supported"),
        ("[1].slice(1, 0)",
         "cannot slice(1, 0), start index must be less than or equal to end index"),
        ("[1].slice(0, 2)", "cannot slice(0, 2), list is length 1"),
        ("[1].flatten(-1)", "level must be non-negative"),
        ("[1, dyn('a')].sort()", "list elements must have the same type"),
        ("[dyn([1])].sort()", "no such overload: sort(list)"),
        ("lists.range(-1)", "lists.range: size must be non-negative, got -1"),
        ("lists.range(1000001)", "lists.range: size 1000001 exceeds maximum allowed (1000000)"),
    ],
)  # fmt: skip
def test_failures(text, why):
    assert failure(text) == why


def test_sorting_is_stable():
    assert value("['bb', 'aa', 'c'].sortBy(x, size(x))") == ["c", "bb", "aa"]
