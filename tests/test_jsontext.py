import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from caddylite.errors import ConfigError, Span
from caddylite.jsontext import load, locate, place, without_ids
from tests.caddyfile.peers import FOLDER, outcome

TEXT = """{
  "apps": {
    "http": {"x": [1, {"é": 2}]},
    "http": {"y": []}
  },
  "admin": "off"
}"""


def complaint(text: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        load(text, "c.json")
    return caught.value


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1", 1),
        (' {"a" : [true, null, 1.5, "x"]}\n', {"a": [True, None, 1.5, "x"]}),
        ('{"a": 1, "a": 2}', {"a": 2}),
        (r'"\ud83d\ude00 \ud800 \u00e9"', "\U0001f600 \ufffd é"),
        (r'{"\udc00": ["\ud800"]}', {"\ufffd": ["\ufffd"]}),
        ('"\udcff"', "\ufffd"),
        ("1E30", 1e30),
    ],
)
def test_loads(text, wanted):
    assert load(text) == wanted


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "unexpected end of JSON input, at offset 0"),
        ("{", "unexpected end of JSON input, at offset 1"),
        ('"abc', "unexpected end of JSON input, at offset 4"),
        ("tru", "invalid character ' ' in literal true (expecting 'e'), at offset 3"),
        ("-", "invalid character ' ' in numeric literal, at offset 1"),
        ("[1,]", "invalid character ']' looking for beginning of value, at offset 4"),
        (
            '{"a":1,}',
            "invalid character '}' looking for beginning of object key string, at offset 8",
        ),
        ('{"a" 1}', "invalid character '1' after object key, at offset 6"),
        ('{"a":1 "b"}', "invalid character '\"' after object key:value pair, at offset 8"),
        ("[1 2]", "invalid character '2' after array element, at offset 4"),
        ("1 2", "invalid character '2' after top-level value, at offset 3"),
        ("01", "invalid character '1' after top-level value, at offset 2"),
        (
            "{'a'}",
            r"invalid character '\'' looking for beginning of object key string, at offset 2",
        ),
        ("NaN", "invalid character 'N' looking for beginning of value, at offset 1"),
        ("[-Infinity]", "invalid character 'I' in numeric literal, at offset 3"),
        ("nul1", "invalid character '1' in literal null (expecting 'l'), at offset 4"),
        ("1.x", "invalid character 'x' after decimal point in numeric literal, at offset 3"),
        ("1ex", "invalid character 'x' in exponent of numeric literal, at offset 3"),
        ('"\\x"', "invalid character 'x' in string escape code, at offset 3"),
        (
            '"\\u12z"',
            "invalid character 'z' in \\u hexadecimal character escape, at offset 6",
        ),
        ('"a\nb"', "invalid character '\\n' in string literal, at offset 3"),
        ('"é" é', "invalid character 'Ã' after top-level value, at offset 6"),
        ("\ufeff{}", "invalid character 'ï' looking for beginning of value, at offset 1"),
        ('"\udcff" \udcfe', "invalid character 'þ' after top-level value, at offset 5"),
    ],
)
def test_complains_as_go_does(text, message):
    assert str(complaint(text)) == message


def test_a_complaint_has_a_place_and_a_hint():
    error = complaint('{\n  "é": 1,\n  }')
    assert error.at == Span("c.json", 3, 3)
    assert error.hint == "JSON allows no comma after the last one"
    assert "comments" in complaint("{} // x").hint
    assert "--adapter caddyfile" in complaint(":80 {\n}").hint


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "[" * 3000 + "]" * 3000, "9" * 10_000, '{"a": 1e999}']
)
def test_what_python_cannot_hold_is_a_complaint(text):
    complaint(text)


@pytest.mark.parametrize(
    ("path", "value", "key"),
    [
        ((), (1, 1), (1, 1)),
        (("apps",), (2, 11), (2, 3)),
        (("apps", "http", "y"), (4, 19), (4, 14)),  # the last of two counts
        (("apps", "http", "y", 7, "z"), (4, 19), (4, 14)),
        (("admin",), (6, 12), (6, 3)),
    ],
)
def test_locates(path, value, key):
    assert locate(TEXT, path, "f") == Span("f", *value)
    assert locate(TEXT, path, "f", key=True) == Span("f", *key)


def test_places_a_complaint_about_a_value():
    error = place(ConfigError("no", path=("apps", "http"), hint="h"), TEXT, "f")
    assert str(error) == "no"
    assert (error.at, error.hint) == (Span("f", 4, 13), "in apps.http (line 4, column 13); h")
    unknown = place(ConfigError('json: unknown field "http"', path=("apps", "http")), TEXT, "f")
    assert unknown.at == Span("f", 4, 5)


def test_a_complaint_with_a_place_keeps_it():
    error = ConfigError("no", Span("g", 1))
    assert place(error, TEXT) is error


json_like = st.one_of(
    st.text(max_size=30),
    st.text(alphabet='{}[],:"\\u123etrufalsn-.0 \n', max_size=30),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=3), inner),
        max_leaves=8,
    ).map(json.dumps),
)


@settings(max_examples=500)
@given(json_like)
@example("1e5")
def test_the_grammar_and_the_decoder_agree(text):
    """What is refused gets a place and words; what is read has a place for every value."""
    value, error = outcome(load, text)
    if error is not None:
        assert error.at is not None or "unmarshal" in str(error)
        return
    assert locate(text, ()).column >= 1
    if isinstance(value, dict):
        for key in value:
            assert locate(text, (key,), key=True).line >= 1


def test_every_part_of_a_real_config_is_found():
    paths = sorted(FOLDER.glob("docs/*.json"))[::8]
    if not paths:
        pytest.skip(f"no conformance cases in {FOLDER}")
    for path in paths:
        text = path.read_text()
        rows = text.split("\n")

        def walk(value, where, text=text, rows=rows):
            at = locate(text, where)
            begins = rows[at.line - 1][at.column - 1]
            assert begins == json.dumps(value)[0]
            items = value.items() if isinstance(value, dict) else ()
            for key, inner in enumerate(value) if isinstance(value, list) else items:
                walk(inner, (*where, key))

        walk(load(text), ())


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ('{"@id": "a"}', "{          }"),
        ('{"@id":1,"b":2}', '{        "b":2}'),
        ('{"b":2,"@id":-1.5}', '{"b":2           }'),
        ('{"a":1,"@id":"x","b":2}', '{"a":1,          "b":2}'),
        ('{"a":1\n,"@id":\n"x" }', '{"a":1\n       \n    }'),
        ('{"@id":true}', '{"@id":true}'),
        ('{"@id":"a\\"b"}', '{          b"}'),  # as Caddy does: it knows no escapes here
    ],
)
def test_without_ids(text, left):
    assert without_ids(text) == left
