"""Lines that shortcuts take out of a directive's words."""

from caddylite.adapt.proxy.own_lines import drop, lines, take_word, take_words
from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.lexer import tokenize


def words(text: str) -> Dispenser:
    return Dispenser(tokenize(text, "Caddyfile"))


def left(d: Dispenser) -> list[str]:
    return [t.text for t in d.tokens]


def test_lines_of_inner_blocks_are_passed_over():
    d = words("x a {\n\tmine 1\n\tother {\n\t\tmine 2\n\t}\n\tlast\n}\n")
    assert [name for name in lines(d) if name in ("mine", "last")] == ["mine", "last"]


def test_what_is_taken_is_not_there_when_the_words_are_read_again():
    d = words("x a {\n\tmine 1\n\tkept 2\n\tlist 3 4\n}\n")
    taken = {}
    for name in lines(d):
        if name == "mine":
            taken[name] = take_word(d)
        elif name == "list":
            taken[name] = take_words(d)
    assert taken == {"mine": "1", "list": ["3", "4"]}
    assert left(d) == ["x", "a", "{", "kept", "2", "}"]


def test_no_more_is_dropped_than_has_been_read():
    d = words("a b c")
    d.next()
    drop(d, 2)
    drop(d, 0)
    assert left(d) == ["a", "b", "c"]
    d.next()
    drop(d, 2)
    assert left(d) == ["c"]
    assert d.next()
    assert d.val == "c"
