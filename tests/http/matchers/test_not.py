"""The not matcher."""

import pytest

from tests.http.matchers.asking import asked, request


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("not path /a", False),
        ("not path /b", True),
        ("not {\n\tpath /a\n\tmethod POST\n}", True),
        ("not {\n\tpath /a\n\tmethod GET\n}", False),
        ("not path /b\nnot method GET", False),
        ("not path /b\nnot method POST", True),
        ("not not path /a", True),
    ],
)
def test_match(text, wanted):
    assert asked(text)(request("/a")) is wanted
