"""Replacing what an expression finds, by Go's rules (values seen from Go's regexp package)."""

import pytest

from caddylite import regexps


@pytest.mark.parametrize(
    ("pattern", "text", "template", "result"),
    [
        ("x*", "axb", "-", "-a-b-"),
        ("(a)(b)?", "ab a", "<$1-$2-${1}x-$1x-$$-$>", "<a-b-ax--$-$> <a--ax--$-$>"),
        ("(?P<word>\\w+)", "hey you", "[$word]", "[hey] [you]"),
        ("nothing", "text", "$0", "text"),
        ("e", "été", "E", "été"),
        ("^/old", "/old/x", "/new", "/new/x"),
    ],
)
def test_replaces_as_go_does(pattern, text, template, result):
    assert regexps.compile(pattern).replace(text, template) == result
