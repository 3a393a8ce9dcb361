"""Text → tokens."""

import pytest

from caddylite.cel.lexing import tokens
from caddylite.cel.problems import Problems


def cut(text: str) -> list[tuple[str, str]]:
    problems = Problems(text)
    found = [(token.terminal, token.text) for token in tokens(text, problems)]
    assert not problems.found
    return found


def wrong(text: str) -> list[tuple[int, str]]:
    problems = Problems(text)
    tokens(text, problems)
    return [(at, m.removeprefix("Syntax error: token recognition error at: "))
            for at, m in problems.found]  # fmt: skip


def kinds(text: str) -> str:
    return " ".join(kind for kind, _ in cut(text))


@pytest.mark.parametrize(
    "text",
    ["''", "'a'", '"a\'b"', "'''a'b\nc'''", '"""a"b"""', r"'\n\x41\u00e9\U0001F600\101\''",
     r"r'\'", 'R"""a"""', "'é'"],
)  # fmt: skip
def test_strings(text):
    assert cut(text) == [("STRING", text)]
    assert cut(f"b{text}") == [("BYTES", f"b{text}")]


@pytest.mark.parametrize(
    ("text", "kind"),
    [("0", "INT"), ("0xfF", "INT"), ("12u", "UINT"), ("0x1U", "UINT"), ("1.5", "DOUBLE"),
     ("1e5", "DOUBLE"), (".5", "DOUBLE"), ("1.5e-3", "DOUBLE"), ("in", "IN"), ("true", "TRUE"),
     ("null", "NULL"), ("inn", "IDENTIFIER"), ("_a1", "IDENTIFIER"), ("`a-b.c/d`", "QUOTED")],
)  # fmt: skip
def test_one_token(text, kind):
    assert cut(text) == [(kind, text)]


def test_a_minus_before_a_number_belongs_to_it():
    assert cut("-1") == [("INT", "-1")]
    assert cut("- 1.5") == [("DOUBLE", "-1.5")]
    assert kinds("a - 1") == "IDENTIFIER MINUS INT"
    assert cut("a - -1")[-1] == ("INT", "-1")
    assert cut("(-1)")[1] == ("INT", "-1")
    assert kinds(")-1") == "_RPAREN MINUS INT"


def test_of_several_minus_signs_none_belongs_to_the_number():
    assert kinds("--1") == "MINUS MINUS INT"
    assert kinds("-1u") == "MINUS UINT"


def test_a_brace_behind_a_name_begins_a_message():
    assert kinds("a.b{") == "IDENTIFIER DOT IDENTIFIER MESSAGE"
    assert kinds("a + {") == "IDENTIFIER PLUS LBRACE"
    assert kinds("in {") == "IN LBRACE"


def test_space_and_comments_are_left_out():
    assert kinds(" a\t// b\n +\r\n\f1 // c") == "IDENTIFIER PLUS INT"


def test_places():
    found = tokens("é" + " && b", Problems(""))
    assert [(t.text, t.at) for t in found] == [("&&", 2), ("b", 5)]


def test_what_is_no_token():
    assert wrong("a # b") == [(2, "'#'")]
    assert wrong("a & b") == [(2, "'& '")]
    assert wrong("a =") == [(2, "'='")]
    assert wrong("'abc") == [(0, "''abc'")]
    assert wrong("'ab\nc") == [(0, "''ab\\n'")]
    assert wrong(r"'a\q'") == [(0, r"''a\q'"), (4, "'''")]
    assert wrong("b'''a") == [(3, "''a'")]  # b'' is a token


def test_tokens_behind_nonsense_are_found():
    problems = Problems("")
    assert [t.text for t in tokens("a @ b", problems)] == ["a", "b"]


def test_long_texts_take_time_in_proportion():
    assert len(tokens("'a' + " * 20_000, Problems(""))) == 40_000
    assert len(tokens("'" + "a" * 50_000, Problems(""))) == 0
