import json
from pathlib import Path

import pytest

from caddylite import lalr

LISTS = """
start: item*
item: WORD | group
group: _OPEN item* CLOSE
    | NUMBER        -> number
%declare WORD NUMBER _OPEN CLOSE
"""


@pytest.fixture(scope="module")
def grammar() -> lalr.Grammar:
    return lalr.Grammar(lalr.compile_table(LISTS))


def test_values_are_made_from_the_inside_out(grammar):
    stream = [("WORD", 1), ("_OPEN", None), ("WORD", 2), ("NUMBER", 3), ("CLOSE", ")")]
    actions = {"group": tuple, "number": sum, "item": lambda children: children[0]}
    assert grammar.parse(stream, actions) == [1, (2, 3, ")")]


def test_without_actions_lists_are_made(grammar):
    assert grammar.parse([("WORD", 1)], {}) == [[1]]
    assert grammar.parse([], {}) == []


def test_what_does_not_fit(grammar):
    with pytest.raises(lalr.Unexpected) as caught:
        grammar.parse([("_OPEN", None), ("WORD", 1)], {})
    assert caught.value.terminal == "$END"
    assert caught.value.expected == {"WORD", "NUMBER", "_OPEN", "CLOSE"}
    with pytest.raises(lalr.Unexpected) as caught:
        grammar.parse([("CLOSE", "here")], {})
    assert (caught.value.terminal, caught.value.value) == ("CLOSE", "here")
    assert caught.value.expected == {"WORD", "NUMBER", "_OPEN", "$END"}


def test_a_long_repetition_takes_time_in_proportion(grammar):
    assert len(grammar.parse((("WORD", i) for i in range(100_000)), {})) == 100_000


def test_lark_itself_accepts_the_same():
    """Our driver and Lark's, over one grammar, build the same tree."""
    from lark import Lark, Token, lexer

    stream = [("WORD", "a"), ("_OPEN", "("), ("NUMBER", "1"), ("CLOSE", ")"), ("WORD", "b")]

    class Given(lexer.Lexer):
        __future_interface__ = 2

        def __init__(self, conf):
            pass

        def lex(self, lexer_state, parser_state):
            for name, value in stream:
                yield Token(name, value)

    tree = Lark(LISTS, parser="lalr", lexer=Given).parse("")

    def plain(node):
        return node.value if isinstance(node, Token) else [node.data, *map(plain, node.children)]

    def named(name):
        return lambda children: [name, *children]

    ours = lalr.Grammar(lalr.compile_table(LISTS)).parse(
        stream, {name: named(name) for name in ("start", "item", "group", "number")}
    )
    assert ours == plain(tree)


@pytest.mark.parametrize("path", sorted(Path(lalr.folder()).glob("*.lark")), ids=lambda p: p.stem)
def test_the_tables_kept_beside_the_grammars_are_fresh(path):
    """Else run ``python -m caddylite.lalr``."""
    table = lalr.compile_table(path.read_text("utf-8"))
    assert path.with_suffix(".table.json").read_text("utf-8") == lalr.table_text(table)


def test_a_stale_table_is_not_used(tmp_path, monkeypatch):
    (tmp_path / "g.lark").write_text(LISTS)
    (tmp_path / "g.table.json").write_text(json.dumps({"checksum": 0, "states": "rubbish"}))
    monkeypatch.setattr(lalr, "folder", lambda: str(tmp_path))
    assert lalr.load.__wrapped__("g").parse([("WORD", 1)], {}) == [[1]]
    (tmp_path / "g.table.json").unlink()
    assert lalr.load.__wrapped__("g").parse([("WORD", 1)], {}) == [[1]]


def test_no_directive_is_named_in_the_grammar():
    text = (Path(lalr.folder()) / "caddyfile.lark").read_text("utf-8")
    rules = "\n".join(line.partition("//")[0] for line in text.splitlines())
    assert '"' not in rules
