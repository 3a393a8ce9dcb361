import pytest

from caddylite.tls.live.permission import with_domain


@pytest.mark.parametrize(
    ("endpoint", "url"),
    [
        ("http://ask.test", "http://ask.test?domain=a.test"),
        ("http://ask.test/x?b=1&a=2", "http://ask.test/x?a=2&b=1&domain=a.test"),
        ("http://ask.test/x?domain=evil#part", "http://ask.test/x?domain=a.test"),
        ("http://ask.test:1/?z=%26", "http://ask.test:1/?domain=a.test&z=%26"),
    ],
)
def test_the_name_is_added_as_caddy_does(endpoint, url):
    assert with_domain(endpoint, "a.test") == url


def test_a_name_cannot_add_anything_else():
    assert with_domain("http://a", "x&ok=1 /?") == "http://a?domain=x%26ok%3D1+%2F%3F"
