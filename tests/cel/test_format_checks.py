"""Formats are looked at when an expression is compiled."""

import pytest

from tests.cel.evaluating import complaint, value


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("'%d'.format(['a'])", 14, "error during formatting: decimal clause can only be used on "
         "ints, uints, and doubles, was given string"),
        ("'%s'.format([])", 12, "index 0 out of range"),
        ("'%s'.format([1, 2])", 12, "too many arguments supplied to string.format (expected 1, "
         "got 2)"),
        ("'%q'.format([1])", 12, "could not parse formatting clause: unrecognized formatting "
         'clause "q"'),
        ("[1].map(x, '%o'.format([1.5]))", 25, "error during formatting: octal clause can only "
         "be used on ints and uints, was given double"),
    ],
)  # fmt: skip
def test_mistakes(text, column, message):
    assert complaint(text).split("\n")[0] == f"ERROR: <input>:1:{column}: {message}"


def test_what_cannot_be_known_is_left_to_the_evaluation():
    assert value("'%d'.format([dyn(1)])") == "1"
    assert value("('%' + 'd').format([1])") == "1"
    assert value("'%s'.format([1] + [dyn('a')])") == "1"
