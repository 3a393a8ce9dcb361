"""Values as Go writes them."""

import pytest

from caddylite.gotext import decode_base64, go_value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "<nil>"), (True, "true"), ("x", "x"), (0, "0"), (-0.0, "-0"), (100000, "100000"),
        (1000000, "1e+06"), (1234567, "1.234567e+06"), (2_000_000_000, "2e+09"), (1.5, "1.5"),
        (0.0001, "0.0001"), (0.00001, "1e-05"), (-2e9, "-2e+09"), (1e21, "1e+21"),
        (123456789012345680000, "1.2345678901234568e+20"),
        ({"b": [1, None], "a": {}}, "map[a:map[] b:[1 <nil>]]"),
    ],
)  # fmt: skip
def test_values_of_json(value, text):
    assert go_value(value) == text


def test_base64():
    assert decode_base64("YQ==") == b"a"


@pytest.mark.parametrize(("text", "at"), [("x", 0), ("a b", 1), ("é", 0), ("aaaaé", 4)])
def test_what_is_not_base64(text, at):
    with pytest.raises(ValueError, match=f"^illegal base64 data at input byte {at}$"):
        decode_base64(text)
