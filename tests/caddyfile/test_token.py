from caddylite.caddyfile.lexer import tokenize
from caddylite.caddyfile.token import Token, starts_line


def test_braces_are_unquoted():
    opening, closing, quoted = tokenize('{ } "{"')
    assert (opening.opens, opening.closes) == (True, False)
    assert (closing.opens, closing.closes) == (False, True)
    assert not quoted.opens


def test_the_last_line():
    quotation, heredoc = tokenize('"a\nb" <<E\nc\nd\nE')
    assert quotation.last_line == 2
    assert (heredoc.line, heredoc.last_line) == (2, 5)


def test_what_starts_a_line():
    a, b, c, d = tokenize('a b "c\nc" d')
    assert not starts_line(a, b)
    assert not starts_line(b, c)
    assert not starts_line(c, d)
    e, f = tokenize("e\nf")
    assert starts_line(e, f)
    assert e.ends_line_before(f)
    assert starts_line(a, Token("b", "other", 1))
    assert starts_line(a, a.through(("x:1 (import)",)))
    assert not starts_line(a.through(("x",)), b.through(("x",)))


def test_copies_differ_in_one_thing():
    token = Token("a", "f", 3, 4, '"', "", "", ("i",))
    for copy, text, snippet, imports in (
        (token.replaced("b"), "b", "", ("i",)),
        (token.within("s"), "a", "s", ("i",)),
        (token.through(("j",)), "a", "", ("j",)),
    ):
        assert (copy.text, copy.snippet, copy.imports) == (text, snippet, imports)
        assert (copy.file, copy.line, copy.column, copy.quote) == ("f", 3, 4, '"')


def test_span():
    span = Token("a", "f", 3, 4, imports=("i",)).span
    assert (str(span), span.column, span.imports) == ("f:3", 4, ("i",))
