import pytest

from tests.layer4.clients import complaint, decides_after, matcher, plain, settles, unusable


@pytest.mark.parametrize(
    ("words", "data", "wanted"),
    [
        ("^GET", b"GET / HTTP", True),
        ("HTTP", b"GET / HTTP", False),
        ("HTTP 10", b"GET / HTTP", True),
        ("^160301 3 hex", b"\x16\x03\x01\x00", True),
        ("^16030[1-3] hex 3", b"\x16\x03\x04\x00", False),
        ("^..$ 2", b"\xff\xfe", True),
        ("^FF hex 2", b"\xff\xfe", True),
    ],
)
def test_expressions(words, data, wanted):
    assert settles(matcher(f"regexp {words}"), data, wanted)


def test_waits_for_as_many_bytes_as_said():
    assert decides_after(matcher("regexp x"), b"abcdef") == 4
    assert decides_after(matcher("regexp x 6"), b"abcdef") == 6
    assert decides_after(matcher("regexp x 0"), b"abcdef") == 4


def test_syntax():
    assert plain("regexp a 5 hex") == {"regexp": {"count": 5, "hex": True, "pattern": "a"}}
    assert "wrong argument count" in complaint("regexp")
    assert 'unexpected argument "6"' in complaint("regexp a 5 6")
    assert "duplicate regexp hex option" in complaint("regexp a hex hex")
    assert (
        'parsing regexp count: strconv.ParseUint: parsing "70000": value out of range'
        in complaint("regexp a 70000")
    )
    assert unusable("regexp [z-a]") == (
        "error parsing regexp: invalid character class range: `z-a`"
    )
