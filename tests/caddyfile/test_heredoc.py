import pytest

from caddylite.caddyfile.heredoc import MARKER, Mismatch, strip_padding


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        ("", ""),
        ("a\n", "a"),
        ("a\nb\n", "a\nb"),
        ("\ta\n\tb\n\t", "a\nb"),
        ("\t\ta\n\n\tb\n\t", "\ta\n\nb"),  # an empty line needs no padding
        ("\ta\n\n\t", "a\n"),
        ("  a\r\n\r\n  b\r\n  ", "a\n\nb"),
        ("xa\nx", "a"),  # anything in front of the marker is padding
        ("no line break", ""),
    ],
)
def test_strips(raw, wanted):
    assert strip_padding(raw) == (wanted, None)


def test_a_line_without_the_padding():
    assert strip_padding("\ta\n b\r\n\t") == ("", Mismatch(2, " b", "\t"))


def test_markers():
    assert all(map(MARKER.fullmatch, ["EOF", "a-b_1", "0"]))
    assert not any(map(MARKER.fullmatch, ["", "E F", "END!", "é"]))
