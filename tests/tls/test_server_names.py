import pytest
from hypothesis import given
from hypothesis import strategies as st

from caddylite.tls.server_names import ascii_name, generalised, names_test


def test_generalised_names():
    assert generalised("a.b.c") == ["*.b.c", "*.*.c", "*.*.*"]
    assert generalised("") == []
    assert generalised("a..c") == ["*..c", "*..*"]


@pytest.mark.parametrize(
    ("patterns", "name", "wanted"),
    [
        (["a.example", "b.example"], "B.example", True),
        (["*.example"], "a.example", True),
        (["*.example"], "a.b.example", False),
        (["a.*"], "a.b", False),
        ([""], "", True),
        (["*"], "", False),
        (["::1"], "[::1]", True),
        (["a.example"], "a.example:443", True),
        (["Bücher.example"], "xn--bcher-kva.example", True),
        (["*.bücher.example"], "a.xn--bcher-kva.example", True),
        (["xn--bcher-kva.example"], "bücher.example", True),
        ([], "a", False),
    ],
)
def test_patterns(patterns, name, wanted):
    assert names_test(patterns)(name) is wanted


@given(st.text(max_size=20), st.lists(st.text(max_size=12), max_size=3))
def test_any_text_gets_an_answer(name, patterns):
    assert names_test(patterns)(name) in (True, False)
    assert ascii_name(ascii_name(name)) == ascii_name(name)


def test_bytes_that_are_not_utf8():
    name = b"a\xff.example".decode(errors="surrogateescape")
    assert names_test(["*.example"])(name) is True
