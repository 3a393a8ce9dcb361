"""Hosts and ports."""

import pytest

from caddylite.http.hosts import host_of, split_host_port


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a:80", ("a", "80")),
        ("a:", ("a", "")),
        ("[::1]:80", ("::1", "80")),
        ("a", None),
        ("[::1]", None),
        ("::1", None),
        ("a]:1", None),
        ("[a:1", None),
        (":80", ("", "80")),
    ],
)
def test_split(text, wanted):
    assert split_host_port(text) == wanted


def test_brackets_are_taken_off():
    assert [host_of(t) for t in ("[::1]", "[::1]:1", "a.b:1", "a")] == ["::1", "::1", "a.b", "a"]
