"""Response matchers: which responses they match."""

import pytest

from caddylite.http.request import Headers
from caddylite.http.response_matcher import ResponseMatcher, read_status

NONE = Headers()
TYPED = Headers([("content-type", "text/html"), ("X-A", "1"), ("X-A", "2")])


@pytest.mark.parametrize(
    ("codes", "status", "wanted"),
    [
        ((), 200, True),
        ((2,), 204, True),
        ((2,), 304, False),
        ((404, 5), 503, True),
        ((404,), 405, False),
    ],
)
def test_status(codes, status, wanted):
    assert ResponseMatcher(status_code=codes).matches(status, NONE) is wanted


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ({"Content-Type": ("text/*",)}, True),
        ({"Content-Type": ("*json", "*html")}, True),
        ({"X-A": ("2",)}, True),
        ({"X-A": ("3",)}, False),
        ({"X-B": None}, True),
        ({"X-A": None}, False),
        ({"Content-Type": ("text/*",), "X-B": ("1",)}, False),
    ],
)
def test_fields(fields, wanted):
    assert ResponseMatcher(headers=fields).matches(200, TYPED) is wanted


def test_both_must_match():
    matcher = ResponseMatcher((2,), {"X-A": ("1",)})
    assert matcher.matches(200, TYPED)
    assert not matcher.matches(404, TYPED)
    assert not matcher.matches(200, NONE)


def test_a_class_of_codes_is_its_first_digit():
    assert read_status("4xx") == 4
    assert read_status("404") == 404
    with pytest.raises(ValueError, match='parsing "f"'):
        read_status("fxx")
