import pytest

from caddylite.layer4.matching import Connection
from tests.layer4.clients import complaint, from_json, matcher, plain, says


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("vars kind vpn ssh", True),
        ("vars kind ssh", False),
        ("vars number 5", True),
        ("vars flag true", True),
        ('vars missing ""', True),
        ("vars {l4.tls.server_name} a.example", True),
        ("vars {l4.nothing} x", False),
        ("vars kind {l4.vars.kind}", True),
    ],
)
def test_values(words, wanted):
    cx = Connection(
        vars={"kind": "vpn", "number": 5, "flag": True},
        placeholders={"l4.tls.server_name": "a.example"},
    )
    assert says(matcher(words), b"", cx) is wanted


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.5, "1.5"),
        (1000000, "1e+06"),
        (1e21, "1e+21"),
        (1e-7, "1e-07"),
        (None, ""),
        ([1, "x", None], "[1 x <nil>]"),
        ({"b": 1, "a": False}, "map[a:false b:1]"),
    ],
)
@pytest.mark.parametrize("key", ["n", "{l4.vars.n}"])
def test_values_that_are_no_texts_are_written_as_go_does(key, value, text):
    match = from_json(f'{{"vars": {{"{key}": ["{text}"]}}}}')
    assert says(match, b"", Connection(vars={"n": value})) is True


def test_what_a_client_said_is_not_expanded(monkeypatch):
    monkeypatch.setenv("SECRET", "s3cret")
    cx = Connection(vars={"name": "{env.SECRET}"})
    assert says(matcher("vars name s3cret"), b"", cx) is False


def test_one_of_several_variables_is_enough():
    match = from_json('{"vars": {"a": ["1"], "b": ["2"]}}')
    assert says(match, b"", Connection(vars={"b": "2"})) is True
    assert says(match, b"", Connection(vars={"b": "1"})) is False
    assert says(from_json('{"vars": {}}'), b"") is True


def test_syntax():
    assert plain("vars a b c") == {"vars": {"a": ["b", "c"]}}
    assert "malformed vars matcher: expected field name" in complaint("vars")
    assert "expected at least one value to match against" in complaint("vars a")
