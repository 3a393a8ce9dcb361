"""Records as zap writes them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caddylite.caddy.logging.encoders.console import Console
from caddylite.caddy.logging.encoders.json import JSON
from caddylite.runtime.logging.encoding import console_encoder, dumps, go_float, json_encoder
from caddylite.runtime.logging.go_time import format_time

NOW = 1_700_000_000.25


def as_json(fields=None, **options):
    return json_encoder(JSON(**options))(20, NOW, "a.b", "hello", fields or {})


def test_the_order_is_zaps():
    text = as_json({"x": 1, "duration": 0.5})
    assert text == (
        '{"level":"info","ts":1700000000.25,"logger":"a.b","msg":"hello","x":1,"duration":0.5}\n'
    )


def test_keys_can_be_chosen_and_left_out():
    text = as_json(message_key="m", level_key="l", time_key="", name_key="n", line_ending="\r\n")
    assert text == '{"l":"info","n":"a.b","m":"hello"}\r\n'


def test_a_key_may_come_twice():
    assert as_json({"msg": "x"}).endswith('"msg":"hello","msg":"x"}\n')


@pytest.mark.parametrize(
    ("form", "shown"),
    [
        ("", "1700000000.25"),
        ("unix_seconds_float", "1700000000.25"),
        ("unix_milli_float", "1700000000250"),
        ("unix_nano", "1700000000250000000"),
        ("rfc3339", '"2023-11-14T22:13:20Z"'),
        ("rfc3339_nano", '"2023-11-14T22:13:20.25Z"'),
        ("wall", '"2023/11/14 22:13:20"'),
        ("wall_milli", '"2023/11/14 22:13:20.250"'),
        ("wall_nano", '"2023/11/14 22:13:20.250000000"'),
        ("common_log", '"14/Nov/2023:22:13:20 +0000"'),
        ("Mon Jan _2 3:04PM 2006", '"Tue Nov 14 10:13PM 2023"'),
    ],
)
def test_times(form, shown):
    assert f'"ts":{shown},' in as_json(time_format=form)


@pytest.mark.parametrize(
    ("form", "shown"),
    [("", "0.0015"), ("ns", "1500000"), ("millis", "1"), ("string", '"1.5ms"'), ("odd", "0.0015")],
)
def test_durations(form, shown):
    assert f'"duration":{shown}}}' in as_json({"duration": 0.0015}, duration_format=form)


@pytest.mark.parametrize(
    ("form", "shown"),
    [("lower", '"info"'), ("upper", '"INFO"'), ("color", '"\\u001b[34mINFO\\u001b[0m"')],
)
def test_levels(form, shown):
    assert as_json(level_format=form).startswith(f'{{"level":{shown},')
    assert "level" not in as_json(level_format="odd")


def test_the_console_form():
    encode = console_encoder(Console())
    assert encode(30, NOW, "a", "b", {"x": [1, 2], "y": {"z": "w"}}) == (
        '2023/11/14 22:13:20.250\t\x1b[33mWARN\x1b[0m\ta\tb\t{"x": [1, 2], "y": {"z": "w"}}\n'
    )
    assert encode(30, NOW, "", "b", {}).endswith("WARN\x1b[0m\tb\n")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (8.0299e-05, "0.000080299"),
        (5.0, "5"),
        (0.0, "0"),
        (1e21, "1000000000000000000000"),
        (-2.5, "-2.5"),
        (float("inf"), '"+Inf"'),
        (float("nan"), '"NaN"'),
    ],
)
def test_numbers_have_no_exponent(value, shown):
    assert dumps(go_float(value)) == shown


@given(st.dictionaries(st.text(st.characters()), st.one_of(st.text(st.characters()), st.floats())))
def test_whatever_comes_is_one_line_of_json(fields):
    text = as_json(fields)
    assert text.endswith("}\n")
    assert text.count("\n") == 1
    text.encode()
    assert isinstance(json.loads(text), dict)


def test_odd_values_are_written_as_text():
    assert '"x":"<object' in as_json({"x": object()})
    assert dumps({"a": 1 << 70, "b": "\udc80", 3: (1,)}) == (
        '{"a":1180591620717411303424,"b":"\ufffd","3":[1]}'
    )


def test_local_times():
    assert format_time(0.0, "2006-01-02T15:04:05Z07:00", local=True)[:2] in ("19", "20")
    assert format_time(0.5, "pm 1/2 002 -07") == "am 1/1 001 +00"
