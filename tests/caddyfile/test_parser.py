import json

import pytest
from hypothesis import given, settings

from caddylite.caddyfile.files import MemoryFiles
from caddylite.caddyfile.parser import parse
from caddylite.errors import ConfigError
from tests.caddyfile.peers import conformance_inputs, find_caddy, mutations, outcome, texts


def shape(text: str) -> list[tuple[list[str], list[list[str]]]]:
    return [
        ([k.text for k in b.keys], [[t.text for t in s] for s in b.segments])
        for b in parse(text, environ={})
    ]


def test_blocks():
    text = "{\n\tdebug\n}\n\na, b:80 {\n\troot * /x\n\thandle /y {\n\t\trespond z\n\t}\n}\n"
    assert shape(text) == [
        ([], [["debug"]]),
        (["a", "b:80"], [["root", "*", "/x"], ["handle", "/y", "{", "respond", "z", "}"]]),
    ]


def test_a_site_without_braces():
    (block,) = parse("a\nb c\nd\n", environ={})
    assert not block.has_braces
    assert [len(s) for s in block.segments] == [2, 1]


def test_flags():
    options, route, site, odd = parse("{\n\tx\n}\n&(r) {\n\ty\n}\na {\n}\nb\n{\n}\n", environ={})
    assert [b.has_braces for b in (options, route, site)] == [True, True, True]
    assert not odd.has_braces  # Caddy looks for the brace on the addresses' line only
    assert [b.is_named_route for b in (options, route, site)] == [False, True, False]
    assert [t.text for t in route.segments[0]] == ["r", "{", "y", "}"]
    assert route.keys[0].text == "r"


def test_nothing_is_no_block():
    assert shape("{\n}\n") == []
    assert shape("# only this\n") == []
    assert shape("(s) {\n\ta\n}\n") == []


def test_every_word_has_its_place():
    (block,) = parse("a {\n\tb  c\n}\n", environ={})
    (segment,) = block.segments
    assert [(t.line, t.column) for t in segment] == [(2, 2), (2, 5)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a {\n\tb {\n\t\tc\n", "unexpected EOF, at Caddyfile:3"),
        (
            "a {\n\tb\n",
            "syntax error: unexpected token 'b', expecting '}', at Caddyfile:2 import chain: ['']",
        ),
        ("a {\n\tb }\n}", "Unexpected '}' because no matching opening brace, at Caddyfile:2"),
        ("a {\n\tb {\n\t}}\n}\n", None),
    ],
)
def test_braces_that_do_not_match(text, message):
    if message is None:
        assert shape(text)[0][1] == [["b", "{", "}}", "}"]]
        return
    with pytest.raises(ConfigError) as caught:
        shape(text)
    assert str(caught.value) == message


@settings(max_examples=500)
@given(texts)
def test_nothing_but_a_config_error(text):
    files = MemoryFiles({"s": "a {args[0]}\n{block}\n"}, "/w")
    blocks, error = outcome(parse, text, environ={"HOME": "/home/x"}, files=files)
    if blocks is None:
        assert error.at is not None
        return
    for block in blocks:
        assert block.keys or block.segments
        assert all(block.segments)


def test_the_conformance_inputs():
    failed = [t for t in conformance_inputs() if outcome(parse, t, environ={})[1]]
    assert len(failed) < len(conformance_inputs()) / 10


def test_complaints_are_those_of_the_real_caddy(tmp_path, monkeypatch):
    caddy = find_caddy(tmp_path)
    monkeypatch.chdir(tmp_path)
    compared = 0
    for text in mutations(120, seed=1):
        _, error = outcome(parse, text, environ=caddy.environ)
        if error is not None:
            done = caddy.run("adapt", "--config", "Caddyfile", "--adapter", "caddyfile", text=text)
            assert done.returncode == 1, text
            assert json.loads(done.stderr.splitlines()[-1])["msg"] == str(error), text
            compared += 1
    assert compared > 10
