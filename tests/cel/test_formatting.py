"""string.format."""

import pytest

from caddylite.cel.formatting import FormatError, clauses
from tests.cel.evaluating import failure, value


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("'%s %d'.format(['a', 1])", "a 1"), ("'100%%'.format([])", "100%"),
        ("'%f %.2f %.0f'.format([1, 1.005, 2.5])", "1.000000 1.00 2"),
        ("'%e %.1e'.format([12345.678, 0.00012])", "1.234568e+04 1.2e-04"),
        ("'%x %X %x %x'.format([255, -255, 'hé', b'\\xab'])", "ff -FF 68c3a9 ab"),
        ("'%o %b %b %b'.format([8, -5, true, 5u])", "10 -101 1 101"),
        ("'%d %d'.format([1.5, 1e20])", "1.5 100000000000000000000"),
        ("'%s %s'.format([1.0 / 0.0, -1.0 / 0.0])", "Infinity -Infinity"),
        ("'%d'.format([0.0 / 0.0])", "NaN"),
        ("'%s'.format([[1, 'a', [2u, null]]])", "[1, a, [2, null]]"),
        ("'%s'.format([{'b': 1.5, 'a': true}])", "{a: true, b: 1.5}"),
        ("'%s %s %s'.format([duration('90s'), timestamp(0), int])",
         "90s 1970-01-01T00:00:00Z int"),
        ("'%s'.format([timestamp('1970-01-01T01:00:00+01:00')])", "1970-01-01T00:00:00Z"),
        ("'é%sé'.format([b'\\303\\251'])", "ééé"),
    ],
)  # fmt: skip
def test_values(text, means):
    assert value(text) == means


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("%d", "error during formatting: decimal clause can only be used on ints, uints, and "
         "doubles, was given string"),
        ("%b", "error during formatting: only ints, uints, and bools can be formatted as binary, "
         "was given string"),
        ("%s%s", "index 1 out of range"),
    ],
)  # fmt: skip
def test_failures(pattern, why):
    assert failure(f"'{pattern}'.format([dyn('a')] + [])") == why


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("%", "unexpected end of string"),
        ("%q", 'could not parse formatting clause: unrecognized formatting clause "q"'),
        ("%.f", "error while converting precision to integer"),
        ("%.101f", "precision 101 exceeds maximum allowed precision 100"),
        ("%.2", "could not find end of precision specifier"),
        ("%.99999999999999999999f", "value out of range"),
    ],
)
def test_formats_that_are_wrong(pattern, why):
    with pytest.raises(FormatError, match=why):
        list(clauses(pattern, 1))
