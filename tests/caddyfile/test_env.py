import os

import pytest
from hypothesis import given

from caddylite.caddyfile.env import expand, unset
from caddylite.caddyfile.lexer import tokenize
from tests.caddyfile.peers import texts

SET = {"NAME": "value", "TWO": "a b", "EMPTY": "", "AGAIN": "{$NAME}", "A:B": "never"}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("plain", "plain"),
        ("{$NAME}", "value"),
        ("x{$NAME}y{$NAME}", "xvalueyvalue"),
        ("{$NAME:default}", "value"),
        ("{$NONE:default}", "default"),
        ("{$NONE:a:b c}", "a:b c"),
        ("{$NONE}", ""),
        ("{$NONE:}", ""),
        ("{$EMPTY:default}", ""),  # set, if to nothing
        ("{$A:B}", "B"),
        ("{$}", "{$}"),
        ("{$}{$NAME}", "{$}value"),
        ("{$NAME", "{$NAME"),
        ("{$AGAIN}", "{$NAME}"),  # once is enough
        ("{${$NAME}}", "}"),  # the name is "{$NAME"
        ("{env.NAME}", "{env.NAME}"),
        ("{$NONE:{$NAME}}", "{$NAME}"),
        ("\udcc3{$NONE}\udcbf", "ÿ"),  # two bytes that meet are one character
        ("\udcc3{$NONE}x", "\udcc3x"),
    ],
)
def test_replaces(text, wanted):
    assert expand(text, SET).text == wanted


def test_the_value_is_cut_into_words():
    assert [t.text for t in tokenize(expand("a {$TWO}c", SET).text)] == ["a", "a", "bc"]


def test_columns_are_those_of_the_file():
    text = "a {$TWO} {$EMPTY} b\n{$NAME} c {$NONE:long default} d\n"
    expanded = expand(text, SET)
    tokens = tokenize(expanded.text, shift=expanded.shift)
    assert [(t.text, t.column) for t in tokens] == [
        ("a", 1), ("a", 3), ("b", 3), ("b", 19),
        ("value", 1), ("c", 9), ("long", 11), ("default", 11), ("d", 32),
    ]  # fmt: skip


def test_names_that_no_variable_can_have():
    assert expand("{$\ud800\0=:x}", os.environ).text == "x"


def test_names_what_is_not_set():
    text = "{$NAME} {$DOMAIN} {\n\troot {$ROOT:/x} {$} {$EMPTY}\n\tfile {$FILE}\n}"
    assert unset(text, SET) == [("DOMAIN", 1), ("FILE", 3)]
    assert unset("{$\ud800}{$", os.environ) == [("\ud800", 1)]


@given(texts)
def test_offsets_lead_back(text):
    expanded = expand(text, SET)
    tail = len(expanded.text)
    if not text.isascii():
        return  # bytes may have met
    assert tail + expanded.shift(tail) == len(text)
