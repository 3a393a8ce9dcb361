from caddylite.caddyfile.lexer import tokenize
from caddylite.caddyfile.stream import Stream


def test_walks():
    stream = Stream(tokenize("a b {\nc"))
    seen = []
    while stream.next():
        seen.append((stream.token.text, stream.starts_line, stream.line_ends))
    assert seen == [("a", True, False), ("b", False, False), ("{", False, True), ("c", True, True)]


def test_arguments_end_at_a_brace_and_at_the_line():
    stream = Stream(tokenize("a b {\nc"))
    stream.next()
    assert stream.next_arg()
    assert not stream.next_arg()
    assert stream.next_on_line()
    assert stream.token.opens
    assert not stream.next_on_line()


def test_words_put_in_come_first_and_one_can_go_back():
    stream = Stream(tokenize("a d"))
    stream.next()
    stream.put(tokenize("b c"))
    assert stream.next()
    stream.back()
    texts = []
    while stream.next():
        texts.append(stream.token.text)
    assert texts == ["b", "c", "d"]


def test_complaints():
    stream = Stream(tokenize("a\nb", "f"))
    assert str(stream.err("no")) == "no, at :0"
    stream.next()
    stream.next()
    assert str(stream.err("no")) == "no, at f:2"
    assert str(stream.syntax_err("{")) == (
        "syntax error: unexpected token 'b', expecting '{', at f:2 import chain: ['']"
    )
