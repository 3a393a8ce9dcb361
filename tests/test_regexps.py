import pytest

from caddylite import regexps


def test_groups_by_number_and_name():
    into = {}
    expression = regexps.compile(r"^(?P<host>\w+)\.(\w+)(x)?$")
    assert expression.capture("a.b", into, "p.", "n") is True
    assert into == {
        "p.0": "a.b",
        "p.n.0": "a.b",
        "p.1": "a",
        "p.n.1": "a",
        "p.host": "a",
        "p.n.host": "a",
        "p.2": "b",
        "p.n.2": "b",
        "p.3": "",
        "p.n.3": "",
    }
    assert expression.capture("a", {}, "p.", "") is False


def test_bytes_that_are_not_utf8_are_one_character_each_as_in_go():
    assert regexps.compile("^..$").matches(b"\xff\xfe")
    assert regexps.compile("^\N{REPLACEMENT CHARACTER}a").matches(b"\xc3a")
    assert not regexps.compile("\\xff").matches(b"\xff")
    assert regexps.compile("^.$").matches("é".encode())


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("(", "missing closing ): `(`"),
        ("[a", "missing closing ]: `[a`"),
        ("a**", "invalid nested repetition operator: `**`"),
        ("x{2000}", "invalid repeat count: `{2000}`"),
        ("*a", "missing argument to repetition operator: `*`"),
        ("a\\", "trailing backslash at end of expression: ``"),
        ("(?z)", "invalid or unsupported Perl syntax: `(?z`"),
        ("(?P<>a)", "invalid named capture: `(?P<>`"),
        ("\\8", "invalid escape sequence: `\\8`"),
        ("\\C", "invalid escape sequence: `\\C`"),
        ("a)", "unexpected ): `a)`"),
    ],
)
def test_the_words_are_those_of_go(pattern, why):
    with pytest.raises(ValueError, match="error parsing regexp") as caught:
        regexps.compile(pattern)
    assert str(caught.value) == f"error parsing regexp: {why}"
