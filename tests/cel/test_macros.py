"""Macros: what they mean, and what they refuse."""

import pytest

from tests.cel.evaluating import complaint, failure, value


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("has({'a': 1}.a)", True),
        ("has({'a': 1}.b)", False),
        ("[1, 2].all(x, x > 0)", True),
        ("[0, 1].all(x, 1 / x > 5)", False),
        ("[].all(x, false)", True),
        ("[0, 1].exists(x, 1 / x == 1)", True),
        ("[].exists(x, true)", False),
        ("[1, 2].exists_one(x, x > 1)", True),
        ("[1, 2].exists_one(x, x > 0)", False),
        ("[1, 2, 3].map(x, x * x)", [1, 4, 9]),
        ("[1, 2, 3].map(x, x > 1, x * x)", [4, 9]),
        ("[1, 2, 3].filter(x, x != 2)", [1, 3]),
        ("{'a': 1, 'b': 2}.map(k, k)", ["a", "b"]),
        ("[[1], [2, 3]].map(x, x.map(y, y + size(x)))", [[2], [4, 5]]),
        ("[1].all(x, [2].all(x, x == 2) && x == 1)", True),
        ("cel.bind(x, 2, x * x)", 4),
        ("cel.bind(x, 1 / 0, 5)", 5),
        ("[1, 2].map(x, cel.bind(y, x + 1, y * y))", [4, 9]),
        ("['bb', 'a'].sortBy(s, size(s))", ["a", "bb"]),
        ("math.least(3, 1.5, 2u)", 1.5),
        ("math.greatest([1, 7, 3])", 7),
        ("math.greatest(2, 5)", 5),
    ],
)
def test_what_they_mean(text, means):
    assert value(text) == means


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[0, 2].all(x, 1 / x == 0)", "division by zero"),
        ("[0, 2].exists(x, 1 / x == 1)", "division by zero"),
        ("[0, 1].exists_one(x, 1 / x == 1)", "division by zero"),
        ("[1, 0, 1].map(x, 1 / x)", "division by zero"),
        ("[0].filter(x, 1 / x == 1)", "division by zero"),
        ("cel.bind(x, 1 / 0, x)", "division by zero"),
        ("dyn(1).all(x, true)", "got 'int', expected iterable type"),
    ],
)
def test_errors_in_them(text, why):
    assert failure(text) == why


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("has(1)", 5, "invalid argument to has() macro"),
        ("[1].all(x.y, true)", 10, "argument must be a simple name"),
        ("[1].map(1, true)", 9, "argument is not an identifier"),
        ("[1].all(__result__, true)", 9, "iteration variable overwrites accumulator variable"),
        ("cel.bind(1, 2, 3)", 10, "cel.bind() variable names must be simple identifiers"),
        ("'a'.sortBy(x, x)", 1, "sortBy can only be applied to a list, identifier, "
         "comprehension, call or select expression"),
        ("math.least()", 1, "math.least() requires at least one argument"),
        ("math.least('a')", 12, "math.least() invalid single argument value"),
        ("math.greatest(1, 'a')", 18, "math.greatest() simple literal arguments must be numeric"),
    ],
)  # fmt: skip
def test_what_they_refuse(text, column, message):
    assert complaint(text).split("\n")[0] == f"ERROR: <input>:1:{column}: {message}"


def test_the_names_mean_nothing_on_other_things():
    assert "undeclared reference to 'least'" in complaint("least(1, 2)")
    assert "undeclared reference to 'bind'" in complaint("[1].bind(x, 1, x)")
    assert "undeclared reference to 'all'" in complaint("[1].all(x)")


def test_an_error_in_a_long_loop_does_not_grow():
    assert failure("lists.range(200000).all(x, 1 / 0 == x)") == "division by zero"


def test_long_loops_take_time_in_proportion():
    assert value("lists.range(100000).map(x, x + 1).filter(x, x % 2 == 0).size()") == 50_000
