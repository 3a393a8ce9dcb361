"""Go's path patterns."""

import pytest

from caddylite.http.globs import glob


@pytest.mark.parametrize(
    ("pattern", "text", "wanted"),
    [
        ("a*c", "abc", True),
        ("a*c", "a/c", False),
        ("a?c", "a/c", False),
        ("[a-c]", "b", True),
        ("[^a-c]", "b", False),
        ("[^a]", "/", True),
        (r"\*", "*", True),
        (r"[\]]", "]", True),
        ("[]a]", "a", False),
        ("[a", "a", False),
        ("[-a]", "-", False),
        ("[c-a]", "b", False),
        ("[^c-a]", "b", True),
        ("a\\", "a\\", False),
        ("", "", True),
        ("a.c", "abc", False),
    ],
)
def test_match(pattern, text, wanted):
    assert glob(pattern)(text) is wanted
