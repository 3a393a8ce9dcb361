import pytest

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.lexer import tokenize
from caddylite.caddyfile.token import Token
from caddylite.errors import ConfigError


def over(text: str) -> Dispenser:
    return Dispenser(tokenize(text))


def test_walks_words_and_back():
    d = over("a b\nc")
    assert (d.val, d.next(), d.val) == ("", True, "a")
    assert d.next_arg()
    assert not d.next_arg()
    assert d.next_line()
    assert d.val == "c"
    assert not d.next()
    assert d.prev()
    assert d.val == "b"
    d.reset()
    assert d.next()
    assert d.val == "a"


def test_arguments():
    d = over('a b "c d" {\n}')
    d.next()
    assert d.count_args() == 2
    assert d.raw_args() == ["b", '"c d"']
    d.reset()
    d.next()
    assert d.args() == ["b", "c d"]
    d.reset()
    d.next()
    assert d.arg() == "b"
    assert d.only_arg() == "c d"
    assert d.opt_arg() is None


def test_a_block_is_walked_entry_by_entry():
    d = over("a {\n\tb 1\n\tc {\n\t\td\n\t}\n\te\n}\nf")
    d.next()
    seen = []
    for name in d.block():
        seen.append((name, d.args()))
        seen += [(f"{name}.{inner}", d.args()) for inner in d.block()]
    assert seen == [("b", ["1"]), ("c", []), ("c.d", []), ("e", [])]
    assert d.next()
    assert d.val == "f"


@pytest.mark.parametrize("text", ["a", "a\n{\n}", "a {\n}", "a b"])
def test_there_may_be_no_block(text):
    d = over(text)
    d.next()
    assert list(d.block()) == []


def test_a_segment_goes_to_the_end_of_its_block():
    d = over("a {\n\tb 1 {\n\t\tc\n\t}\n\td\n}")
    d.next()
    segments = []
    for _ in d.block():
        segments.append([token.text for token in d.segment()])
    assert segments == [["b", "1", "{", "c", "}"], ["d"]]


def test_another_import_is_another_line():
    d = Dispenser([Token("a"), Token("b").through(("x",))])
    d.next()
    assert not d.next_arg()
    assert d.next_line()


@pytest.mark.parametrize(
    ("complain", "message"),
    [
        (lambda d: d.arg_err(), "wrong argument count or unexpected line ending after 'a'"),
        (lambda d: d.eof_err(), "unexpected EOF"),
        (lambda d: d.err("no"), "no"),
    ],
)
def test_complaints(complain, message):
    d = over("\na {")
    d.next()
    assert str(complain(d)) == f"{message}, at Caddyfile:2"
    d.next()
    assert str(d.arg_err()) == "unexpected token '{', expecting argument, at Caddyfile:2"
    assert str(d.syntax_err("}")) == (
        "syntax error: unexpected token '{', expecting '}', at Caddyfile:2 import chain: ['']"
    )


@pytest.mark.parametrize(
    "take", [lambda d: d.arg(), lambda d: d.some_args(), lambda d: d.only_arg()]
)
def test_an_argument_that_is_missing(take):
    d = over("a\nb")
    d.next()
    with pytest.raises(ConfigError, match="wrong argument count"):
        take(d)


def test_an_argument_too_many():
    d = over("a b c")
    d.next()
    with pytest.raises(ConfigError, match="after 'c'"):
        d.only_arg()
