"""The query matcher."""

import pytest

from tests.http.matchers.asking import asked, request


@pytest.mark.parametrize(
    ("pairs", "query", "wanted"),
    [
        ("a=b", "a=b", True),
        ("a=b", "a=c&a=b", True),
        ("a=b", "a=B", False),
        ("a=*", "a", True),
        ("a=*", "b=1", False),
        ("a=1 a=2", "a=2", True),
        ("a=1 b=2", "a=1", False),
        ('"a b=c d"', "a+b=c%20d", True),
        ("a=b", "a=b;c=d", False),
        ("a=b", "a=b&c=%zz", False),
        ("{http.request.method}=x", "GET=x", True),
        ("", "", True),
        ("", "a=b", False),
        ("", "&", True),
    ],
)
def test_match(pairs, query, wanted):
    assert asked(f"query {pairs}")(request(f"/?{query}")) is wanted
