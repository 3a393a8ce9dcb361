"""URLs, taken apart. (What is wanted is what Go's own functions answered.)"""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caddylite.gourl import parse_url

URLS = [
    ("http://a", "http|a||||"),
    ("http://a:80", "http|a|80|||"),
    ("HTTP://A:1", "http|A|1|||"),
    ("http://a:80/b?c#d", "http|a|80|/b|c|d"),
    ("http://u:p@a", "http|a||||"),
    ("http://[::1]:80", "http|::1|80|||"),
    ("http://[fe80::1%25eth0]", "http|fe80::1%eth0||||"),
    ("http://[::1", "ERR parse \"http://[::1\": missing ']' in host"),
    ("http://[1.2.3.4]", 'ERR parse "http://[1.2.3.4]": invalid IP-literal'),
    ("http://[x]", 'ERR parse "http://[x]": invalid host: ParseAddr("x"): unable to parse IP'),
    ("http://a:b", 'ERR parse "http://a:b": invalid port ":b" after host'),
    ("http://a:1:2", 'ERR parse "http://a:1:2": invalid port ":1:2" after host'),
    ("h2c://a:1:2", "h2c|a:1|2|||"),
    ("http://a b", 'ERR parse "http://a b": invalid character " " in host name'),
    ("http://a|b", 'ERR parse "http://a|b": invalid character "|" in host name'),
    ("http://a%20b", 'ERR parse "http://a%20b": invalid URL escape "%20"'),
    ("http://%e4", "http|�||||"),
    ("http://%zz", 'ERR parse "http://%zz": invalid URL escape "%zz"'),
    ("http://%é", 'ERR parse "http://%é": invalid URL escape "%é"'),
    ("://a", 'ERR parse "://a": missing protocol scheme'),
    ("1http://x", 'ERR parse "1http://x": first path segment in URL cannot contain colon'),
    ("a/b", "|||a/b||"),
    ("mailto:x", "mailto|||||"),
    ("http://a\nb", 'ERR parse "http://a\\nb": net/url: invalid control character in URL'),
    ("http://u|@a", 'ERR parse "http://u|@a": net/url: invalid userinfo'),
    ("http://u%zz@a", 'ERR parse "http://u%zz@a": invalid URL escape "%zz"'),
    ("http://a/%zz", 'ERR parse "http://a/%zz": invalid URL escape "%zz"'),
    ("http://a#%zz", 'ERR parse "http://a#%zz": invalid URL escape "%zz"'),
    ("http://", "http|||||"),
    ("///a", "|||///a||"),
    ("//a/b", "|a||/b||"),
    ("http:///x", "http|||/x||"),
]


@pytest.mark.parametrize(("text", "wanted"), URLS)
def test_parse(text, wanted):
    try:
        url = parse_url(text)
        found = "|".join((url.scheme, url.host, url.port, url.path, url.query, url.fragment))
    except ValueError as e:
        found = f"ERR {e}"
    assert found == wanted


@given(st.text(alphabet='ahtp:/@[]%2f#?1. é|"-'))
def test_no_text_breaks_it(text):
    for url in (text, f"http://{text}"):
        with suppress(ValueError):
            assert "/" not in parse_url(url).host
