from itertools import pairwise

import pytest
from hypothesis import example, given, settings

from caddylite.caddyfile.lexer import tokenize
from caddylite.errors import ConfigError
from tests.caddyfile.peers import conformance_inputs, outcome, texts


def words(text: str) -> list[str]:
    return [token.text for token in tokenize(text)]


def lines(text: str) -> list[tuple[str, int]]:
    return [(token.text, token.line) for token in tokenize(text)]


def quoted(text: str) -> list[tuple[str, str]]:
    return [(token.quote, token.text) for token in tokenize(text)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (" \n\t", []),
        ("a b\tc\nd", ["a", "b", "c", "d"]),
        ("\ufeffa", ["a"]),
        ("a\ufeff", ["a\ufeff"]),
        ("a\u2003b\x85c\xa0d", ["a", "b", "c", "d"]),
        ("a\x1cb", ["a\x1cb"]),  # white space to Python, not to Go
        ("a # b\nc#d #e", ["a", "c#d"]),
        ("#only", []),
        ("a{b} {c}{", ["a{b}", "{c}{"]),
        ("a\rb\r\nc\r", ["ab", "c"]),
        ("x\udcffy\udcfe", ["x\ufffdy\ufffd"]),
    ],
)
def test_plain_words(text, wanted):
    assert words(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('"a b" c', [('"', "a b"), ("", "c")]),
        ('"a"b', [('"', "a"), ("", "b")]),
        ('a"b c"', [("", 'a"b'), ("", 'c"')]),
        ('""', [('"', "")]),
        ("``", [("`", "")]),
        (r'"a \"b\" \n \\"', [('"', r'a "b" \n \\')]),
        ('"a\\\nb"', [('"', "a\\\nb")]),
        (r"`a\`b", [("`", "a\\"), ("", "b")]),
        ('`"` "`"', [("`", '"'), ('"', "`")]),
        ('"a\r\nb"', [('"', "a\r\nb")]),
        ('"{" {', [('"', "{"), ("", "{")]),
        ('"# no comment"', [('"', "# no comment")]),
    ],
)
def test_quotations(text, wanted):
    assert quoted(text) == wanted


@pytest.mark.parametrize("text", ['"a b', "`a b", 'x "a b', "x `a b"])
def test_a_quotation_without_an_end_is_a_word(text):
    assert quoted(text)[-1] == ("", "a b")


@pytest.mark.parametrize("text", ['"', "`", 'x "', "x `"])
def test_an_empty_quotation_without_an_end_is_nothing(text):
    assert quoted(text) in ([], [("", "x")])


def test_lines_are_counted():
    assert lines('a\n\nb "c\nd" e\nf') == [("a", 1), ("b", 3), ("c\nd", 3), ("e", 4), ("f", 5)]


def test_columns_are_counted():
    tokens = tokenize('a  "b c" d\n\té `x` <<E\n\tE y\n# c\nz')
    assert [t.column for t in tokens] == [1, 4, 10, 2, 4, 8, 4, 1]


def test_there_must_be_something():
    with pytest.raises(ConfigError, match=r"^EOF$"):
        tokenize("")


def test_the_inputs_of_the_conformance_folder_are_cut():
    for text in conformance_inputs():
        tokens, error = outcome(tokenize, text)
        # What else could be wrong with words?
        assert tokens is not None or "heredoc" in str(error)


@settings(max_examples=500)
@given(texts)
def test_nothing_but_a_config_error(text):
    tokens, error = outcome(tokenize, text)
    if tokens is None:
        assert error.at is not None
        return
    for before, token in pairwise(tokens):
        assert before.line <= token.line
    for token in tokens:
        assert 1 <= token.line <= text.count("\n") + 1
        assert token.text or token.quote


@given(texts)
@example('"word')
def test_a_column_leads_to_the_word(text):
    tokens, _ = outcome(tokenize, text)
    rows = text.removeprefix("\ufeff").split("\n")
    for token in tokens or ():
        if token.column and token.text.isalnum() and not token.quote:
            # a quotation that is never closed begins with its sign
            assert rows[token.line - 1][token.column - 1] in (token.text[0], '"', "`")
