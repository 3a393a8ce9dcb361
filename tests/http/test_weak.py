"""Strings that JSON may also write as numbers or truth values."""

import pytest

from caddylite.http.weak import WeakString


@pytest.mark.parametrize(
    ("text", "plain"),
    [("404", 404), ("true", True), ("false", False), ("{x}", "{x}"), ("4.5", "4.5"), ("", "")],
)
def test_plain_form(text, plain):
    assert WeakString(text).plain_form() == plain
    assert type(WeakString(text).plain_form()) is type(plain)


@pytest.mark.parametrize(
    ("value", "text"), [(404, "404"), ("404", "404"), (True, "true"), (None, ""), (1.5, "1.5")]
)
def test_from_plain_form(value, text):
    assert WeakString.from_plain_form(value, ()) == text


def test_of_anything_else_the_text_is_kept():
    assert WeakString.from_plain_form({"b": 1, "a": ["x"]}, ()) == '{"a":["x"],"b":1}'
