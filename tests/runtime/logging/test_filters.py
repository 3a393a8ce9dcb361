"""What the filters do, in the words that Caddy's tests and documents use."""

import json

import pytest

from caddylite.caddy.kinds import LogEncoder
from caddylite.codec import from_plain
from caddylite.errors import ConfigError
from caddylite.runtime.logging.filter_text import query_changer
from caddylite.runtime.logging.wrapping import make_encoder

LOOKUP = {"env.HOST": "h1", "env.NONE": ""}.get


def written(plain, fields):
    encode = make_encoder(from_plain(LogEncoder, plain), False, LOOKUP)
    return (
        json.loads(encode(20, 0.0, "", "m", fields).partition(">")[2] or "null")
        if (plain["format"] == "journald")
        else json.loads(encode(20, 0.0, "", "m", fields))
    )


def filtered(one, value, key="k"):
    out = written({"format": "filter", "fields": {"k": one}}, {key: value})
    return {k: v for k, v in out.items() if k not in ("level", "ts", "msg")}


@pytest.mark.parametrize(
    ("one", "value", "result"),
    [
        ({"filter": "delete"}, 5, {}),
        ({"filter": "replace", "value": "x"}, 5, {"k": "x"}),
        ({"filter": "rename", "name": "n"}, [5], {"n": [5]}),
        ({"filter": "hash"}, "hello", {"k": "2cf24dba"}),
        ({"filter": "hash"}, ["hello", ""], {"k": ["2cf24dba", "e3b0c442"]}),
        ({"filter": "hash"}, 5, {"k": 5}),
        ({"filter": "regexp", "regexp": "a(.)", "value": "<$1>"}, "abac", {"k": "<b><c>"}),
        (
            {
                "filter": "multi_regexp",
                "operations": [{"regexp": "a", "value": "b"}, {"regexp": "b+", "value": "c"}],
            },
            ["ab", "x"],
            {"k": ["c", "x"]},
        ),
        ({"filter": "ip_mask", "ipv4_cidr": 16}, "10.1.2.3:80, x", {"k": "10.1.0.0:80, x"}),
        ({"filter": "ip_mask", "ipv6_cidr": 32}, "2001:db8:1::9", {"k": "2001:db8::"}),
        ({"filter": "ip_mask", "ipv6_cidr": 32}, ["10.1.2.3"], {"k": ["<nil>"]}),
        (
            {
                "filter": "query",
                "actions": [
                    {"type": "replace", "parameter": "foo", "value": "REDACTED"},
                    {"type": "delete", "parameter": "bar"},
                    {"type": "hash", "parameter": "baz"},
                ],
            },
            "/path?foo=a&foo=b&bar=c&bar=d&baz=e&q=1 2",
            {"k": "/path?baz=3f79bb7b&foo=REDACTED&foo=REDACTED&q=1+2"},
        ),
        (
            {
                "filter": "cookie",
                "actions": [
                    {"type": "replace", "name": "foo", "value": "REDACTED"},
                    {"type": "delete", "name": "bar"},
                    {"type": "hash", "name": "quoted"},
                ],
            },
            ['foo=a; foo=b; bar=c; q=d; quoted="e"'],
            {"k": ['foo=REDACTED; foo=REDACTED; q=d; quoted="3f79bb7b"']},
        ),
        (
            {
                "filter": "set_cookie",
                "actions": [
                    {"type": "replace", "name": "a", "value": "x"},
                    {"type": "delete", "name": "b"},
                ],
            },
            ["a=1; Path=/; HttpOnly", "b=2", "c=3"],
            {"k": ["a=x; Path=/; HttpOnly", "c=3"]},
        ),
    ],
)
def test_one_filter(one, value, result):
    assert filtered(one, value) == result
    assert filtered(one, value, "other") == {"other": value if value != 5 else 5}


def test_fields_inside_others():
    plain = {
        "format": "filter",
        "fields": {"request>headers>X": {"filter": "delete"}, "gone": {"filter": "delete"}},
    }
    out = written(plain, {"request": {"headers": {"X": ["1"], "Y": ["2"]}, "X": 1}, "gone": {}})
    assert out["request"] == {"headers": {"Y": ["2"]}, "X": 1}
    assert "gone" not in out


def test_a_duration_keeps_its_form_under_another_name():
    plain = {
        "format": "filter",
        "fields": {"duration": {"filter": "rename", "name": "took"}},
        "wrap": {"format": "json", "duration_format": "string"},
    }
    assert written(plain, {"duration": 0.25})["took"] == "250ms"


def test_append_looks_up_what_is_one_placeholder():
    plain = {
        "format": "append",
        "fields": {"a": "{env.HOST}", "b": "x{env.HOST}", "c": 3, "d": "{env.NONE}"},
    }
    out = written(plain, {"z": 1})
    assert list(out)[3:] == ["z", "a", "b", "c", "d"]
    assert (out["a"], out["b"], out["c"]) == ("h1", "x{env.HOST}", 3)


def test_journald_says_the_priority():
    encode = make_encoder(from_plain(LogEncoder, {"format": "journald"}), False, LOOKUP)
    assert encode(40, 0.0, "", "m", {}).startswith('<3>{"level":"error"')


def test_what_cannot_be_made():
    bad = {"format": "filter", "fields": {"k": {"filter": "regexp", "regexp": "("}}}
    with pytest.raises(ConfigError, match=r"loading log encoder module.*missing closing"):
        make_encoder(from_plain(LogEncoder, bad), False, LOOKUP)


@pytest.mark.parametrize("uri", ["/", "/a?x=1#f", "/a?x=", "/%2F?a=%26"])
def test_no_action_leaves_a_query_that_is_sorted(uri):
    assert query_changer(())(uri) == uri
