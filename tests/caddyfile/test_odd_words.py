import pytest

from caddylite.caddyfile.lexer import tokenize
from caddylite.errors import ConfigError


def lines(text: str) -> list[tuple[str, int]]:
    return [(token.text, token.line) for token in tokenize(text)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (r"a\b \c \\", [r"a\b", r"\c", r"\\"]),
        ("a\\ b", ["a", "b"]),
        ("\\ a", ["\\a"]),  # the backslash waits for something to escape
        ("a\\", ["a"]),
        ("\\", []),
        ("\\ \t", []),
        ("\\\r\nb", ["b"]),
        ("a\\\rb", ["a\\b"]),
        ('\\"a b"', ["\\a b"]),
        ('\\""a"', ['"a']),
        ('\\"', []),
        ("\\`a b`", ["a b"]),
        (r"\<a", ["<a"]),
        (r"a\<b", ["a<b"]),
        (r"<a <", ["<a", "<"]),
        (r"\\" * 300, ["\\\\" * 300]),
    ],
)
def test_backslashes(text, wanted):
    assert [token.text for token in tokenize(text)] == wanted


def test_a_backslash_joins_lines():
    assert lines("a \\\n b\\\n c\nd") == [("a", 1), ("b", 1), ("c", 1), ("d", 4)]


def test_a_word_on_a_joined_line_has_no_column():
    assert [token.column for token in tokenize("a \\\n b\nc")] == [1, 0, 1]


@pytest.mark.parametrize("comment", ["# C:\\path", "#\\", "\\#", "\\ # x"])
def test_a_backslash_in_a_comment_joins_lines_too(comment):
    assert lines(f"a {comment}\nb\nc") == [("a", 1), ("b", 1), ("c", 3)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("<<E\nE", [("", 1)]),
        ("<<E\na\nE", [("a", 1)]),
        ("<<E\n\ta\n\t\tb\n\tE c\nd", [("a\n\tb", 1), ("c", 4), ("d", 5)]),
        ("x <<E\r\na\r\nE\r\ny", [("x", 1), ("a", 1), ("y", 4)]),
        ("<<E\naEb", [("", 1), ("b", 2)]),  # the marker ends it wherever it stands
        ("<<E\n", []),
        ("<<E", [("<<E", 1)]),
        ("<<E F", [("<<E", 1), ("F", 1)]),
        ("<<", [("<<", 1)]),
        ("<<\tE", [("<<\tE", 1)]),
        (r"\<<E" "\na", [("<<E", 1), ("a", 2)]),
        ("a<<E\nb", [("a<<E", 1), ("b", 2)]),
        ("\\\n<<E\na\nE\nb", [("a", 1), ("b", 5)]),
    ],
)
def test_heredocs(text, wanted):
    assert lines(text) == wanted


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "a\n<<\nb",
            "missing opening heredoc marker on line #2; must contain only alphanumeric characters,"
            " dashes and underscores; got empty string",
        ),
        ("<<<E\nE", "too many '<' for heredoc on line #1; only use two, for example <<END"),
        (
            "<<E!\nE",
            "heredoc marker on line #1 must contain only alphanumeric characters, dashes and "
            "underscores; got 'E!'",
        ),
        ("a\n<<E\nb\nc\n", "incomplete heredoc <<E on line #5, expected ending marker E"),
        (
            "<<E\n  a\n b\r\n  E",
            "mismatched leading whitespace in heredoc <<E on line #3 [ b], expected whitespace "
            "[  ] to match the closing marker",
        ),
    ],
)
def test_heredocs_that_are_wrong(text, message):
    with pytest.raises(ConfigError) as caught:
        tokenize(text)
    assert str(caught.value) == message
    assert caught.value.at.line == (2 if text.startswith("a") else 1)
