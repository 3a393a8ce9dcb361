import re

import pytest
from hypothesis import given, settings

from caddylite.caddyfile.formatter import first_difference, format_text
from caddylite.caddyfile.lexer import tokenize
from tests.caddyfile.peers import conformance_inputs, find_caddy, mutations, outcome, texts


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", ""),
        ("a{\nb\n}", "a {\n\tb\n}"),
        ("a  {\n  b   c\n\n\n\n  d\n}\n\n\n", "a {\n\tb c\n\n\td\n}"),
        ("a {\n}\nb {\n}", "a {\n}\nb {\n}"),
        ("a { b }", "a {\n\tb\n}"),
        ("a\n{\nb\n}", "a {\n\tb\n}"),
        ("import x\n{\nb\n}", "import x\n{\n\tb\n}"),
        ("a {b} {$C}", "a {b} {$C}"),
        ("a {\n\tb {c}\n}", "a {\n\tb {c}\n}"),
        ("a   # b   c\nd", "a # b   c\nd"),
        ('a   "b   c"   d', 'a "b   c" d'),
        ("a   `b   c`", "a `b   c`"),
        ("a <<E\n\tb   c\n\tE   d", "a <<E\n\tb   c\n\tE d"),
        ("a <<E!\n  b", "a <<E!\nb"),
        ("a {\n\tb \\\n\t\tc\n}", "a {\n\tb \\\n c\n}"),
        ("{", "{"),
        ("a {", "a {"),
        ("{{", "{\n\t{"),
        ("a < b", "a <b"),  # so does the real one
        ("\ufffda \udcff", "\ufffda \ufffd"),
    ],
)
def test_formats(text, wanted):
    assert format_text(text) == wanted + "\n"


def test_no_deeper_than_ten():
    text = format_text("a {\n" * 14 + "b\n" + "}\n" * 14)
    assert "\n" + "\t" * 10 + "b\n" in text
    assert "\t" * 11 not in text


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\n", 0),
        ("a\r\nb\r\n", 0),
        ("a", 1),
        ("a\n\n", 2),
        ("a {\n\tb\n c\n}\n", 3),
        ("  a\n", 1),
        ("a\n\n\n\n\nb\n", 3),
    ],
)
def test_the_line_of_the_first_difference(text, line):
    assert first_difference(text) == line


def test_a_long_word_takes_time_in_proportion():
    assert len(format_text("<" + "a<" * 200_000)) == 400_002


def words(text: str) -> list[tuple[str, str]] | None:
    """Cut into words; line breaks in quotations are the only white space that counts."""
    tokens, _ = outcome(tokenize, text)
    return None if tokens is None else [(t.text, t.quote) for t in tokens]


def test_it_is_idempotent_and_keeps_the_words_of_real_files():
    for text in conformance_inputs():
        formatted = format_text(text)
        assert format_text(formatted) == formatted
        assert first_difference(formatted) == 0
        if "<< " not in text:  # a word; without the blank, a heredoc without a marker
            assert words(formatted) == words(text)


#: Caddy's formatter does not keep the meaning of these, nor does ours.
_ODD = re.compile(r"[`<\\\"{}]|[^ -~\n\t]")


@settings(max_examples=300)
@given(texts)
def test_it_keeps_plain_words(text):
    formatted = format_text(text)
    assert formatted.endswith("\n")
    if not _ODD.search(text):
        assert format_text(formatted) == formatted
        assert words(formatted) == (words(text) if text else [])


def test_it_is_what_the_real_caddy_makes(tmp_path):
    caddy = find_caddy(tmp_path)
    for text in [*conformance_inputs()[::20], *mutations(60, seed=2)]:
        done = caddy.run("fmt", "Caddyfile", text=text)
        assert format_text(text).encode() == done.stdout, text
        where = re.search(rb"Caddyfile:(\d+): Caddyfile input is not formatted", done.stderr)
        assert first_difference(text) == (int(where[1]) if where else 0), text
