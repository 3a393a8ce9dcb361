"""Steps, and the operators that do not look at all their operands."""

import pytest

from caddylite.cel.problems import EvalError
from caddylite.cel.steps import LAZY_OPERATORS, Constant, Lazy


def bad(frame):
    raise EvalError("bad")


YES, NO, ODD = Constant(True), Constant(False), Constant("odd")


@pytest.mark.parametrize(
    ("operator", "steps", "answer"),
    [
        ("_&&_", [YES, YES], True), ("_&&_", [YES, NO], False), ("_&&_", [bad, NO], False),
        ("_&&_", [ODD, YES, NO], False), ("_||_", [NO, NO], False), ("_||_", [bad, YES], True),
        ("_||_", [ODD, YES], True), ("_?_:_", [YES, NO, bad], False),
        ("_?_:_", [NO, bad, YES], True), ("@not_strictly_false", [bad], True),
        ("@not_strictly_false", [NO], False), ("@not_strictly_false", [ODD], True),
    ],
)  # fmt: skip
def test_answers(operator, steps, answer):
    assert LAZY_OPERATORS[operator](steps)([]) is answer


@pytest.mark.parametrize(
    ("operator", "steps", "why"),
    [
        ("_&&_", [bad, YES], "bad"), ("_&&_", [YES, ODD], "no such overload"),
        ("_||_", [NO, bad], "bad"), ("_||_", [ODD, bad], "no such overload"),
        ("_?_:_", [bad, YES, YES], "bad"), ("_?_:_", [ODD, YES, YES], "no such overload"),
    ],
)  # fmt: skip
def test_errors(operator, steps, why):
    with pytest.raises(EvalError, match=why):
        LAZY_OPERATORS[operator](steps)([])


def test_a_lazy_value_is_computed_once():
    calls = []
    frame = [None]
    frame[0] = Lazy(0, lambda f: calls.append(1) or 5)
    assert frame[0](frame) == 5
    assert (frame, calls) == ([5], [1])
