"""Cleaning of paths."""

import pytest

from caddylite.http.paths import clean


@pytest.mark.parametrize(
    ("path", "merged", "kept"),
    [
        ("/a/b", "/a/b", "/a/b"),
        ("/a//b/", "/a/b/", "/a//b/"),
        ("/a/./b/../c", "/a/c", "/a/c"),
        ("/../..", "/", "/"),
        ("//", "/", "//"),
        ("///a", "/a", "///a"),
        ("", ".", "."),
        ("a/../..", "..", ".."),
        ("/a/..", "/", "/"),
        ("/a/b/../", "/a/", "/a/"),
    ],
)
def test_clean(path, merged, kept):
    assert clean(path) == merged
    assert clean(path, merge_slashes=False) == kept
