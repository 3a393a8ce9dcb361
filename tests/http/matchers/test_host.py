"""The host matcher."""

import pytest

from caddylite.errors import ConfigError
from tests.http.matchers.asking import asked, request


@pytest.mark.parametrize(
    ("names", "host", "wanted"),
    [
        ("a.com", "a.com", True),
        ("A.com", "a.COM:8080", True),
        ("a.com", "x.a.com", False),
        ("*.a.com", "x.a.com", True),
        ("*.a.com", "x.y.a.com", False),
        ("*", "localhost", True),
        ("*", "a.com", False),
        ("a.*", "a.com", True),
        ("::1", "[::1]:80", True),
        ("::1", "[::1]", True),
        ("münchen.de", "xn--mnchen-3ya.de", True),
        ("{http.request.header.X-H}", "b.com", True),
        ("x y {http.vars.none}", "y", True),
        ("a.com", "", False),
    ],
)
def test_match(names, host, wanted):
    assert asked(f"host {names}")(request(fields={"X-H": "b.com"}, host=host)) is wanted


def test_a_name_twice_is_refused():
    with pytest.raises(ConfigError, match="host at index 0 is repeated at index 2"):
        asked("host a.com b.com A.com")
