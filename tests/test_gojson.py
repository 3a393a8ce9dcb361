import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caddylite.gojson import dumps, float_text, indent


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (None, "null"),
        (True, "true"),
        (0, "0"),
        (-(10**30), "-1" + "0" * 30),
        ("", '""'),
        ({}, "{}"),
        ([], "[]"),
        ((), "[]"),
        ({"b": 1, "a": [1, {}]}, '{"b":1,"a":[1,{}]}'),
        ('<a href="x">&', '"\\u003ca href=\\"x\\"\\u003e\\u0026"'),
        ("\u2028\u2029é\U0001f600\x7f", '"\\u2028\\u2029é\U0001f600\x7f"'),
        ("\b\f\n\r\t\0\x1f\\/", r'"\b\f\n\r\t\u0000\u001f\\/"'),
        ("\udcff\ud800", '"\\ufffd\\ufffd"'),
        ({"<": 1}, '{"\\u003c":1}'),
        ([1.5, "<", {"a": 2.0}], '[1.5,"\\u003c",{"a":2}]'),
        ({"a": ":1.5", "b": 1}, '{"a":":1.5","b":1}'),
        ("1.5", '"1.5"'),
    ],
)
def test_plain(value, wanted):
    assert dumps(value) == wanted


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (0.0, "0"),
        (-0.0, "-0"),
        (1.0, "1"),
        (0.1, "0.1"),
        (1e-6, "0.000001"),
        (1.5e-6, "0.0000015"),
        (9.99e-7, "9.99e-7"),
        (-1e-7, "-1e-7"),
        (1e16, "10000000000000000"),
        (123456789012345678901.0, "123456789012345680000"),
        (1e21, "1e+21"),
        (1.5e300, "1.5e+300"),
        (5e-324, "5e-324"),
    ],
)
def test_floats(value, wanted):
    assert float_text(value) == wanted
    assert dumps(value) == wanted


@pytest.mark.parametrize(
    ("value", "name"), [(float("nan"), "NaN"), (float("inf"), "+Inf"), (float("-inf"), "-Inf")]
)
def test_what_is_no_number(value, name):
    with pytest.raises(ValueError, match="unsupported value") as caught:
        dumps([value])
    assert str(caught.value) == f"json: unsupported value: {name}"


def test_pretty():
    value = {"a": [], "b": {}, "c": [1, {"d": "  x"}], "e": 2.0}
    assert dumps(value, pretty=True) == (
        '{\n\t"a": [],\n\t"b": {},\n\t"c": [\n\t\t1,\n\t\t{\n\t\t\t"d": "  x"\n\t\t}\n\t],\n'
        '\t"e": 2\n}'
    )


def test_indenting_changes_nothing_else():
    assert indent(' [1.50e+07 ,"\\u003c", -0]') == '[\n\t1.50e+07,\n\t"\\u003c",\n\t-0\n]'
    with pytest.raises(ValueError, match="JSON"):
        indent("[1,]")


#: Everything that Go can hold in an ``any``.
numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


@given(values)
def test_it_says_the_same_as_the_standard_library(value):
    # Go writes a whole float as an integer, with zeros for the digits it does not have.
    read, whole = json.loads(dumps(value), parse_int=float), json.dumps(value)
    assert read == json.loads(whole, parse_int=float)
    assert json.loads(dumps(value, pretty=True)) == json.loads(dumps(value))


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_is_read_back(value):
    assert float(float_text(value)) == value
