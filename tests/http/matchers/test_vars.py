"""The vars matcher."""

import pytest

from tests.http.matchers.asking import asked, request


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("x 1", True),
        ("x 2 1", True),
        ("n 5", True),
        ("b true", True),
        ("x 2", False),
        ("{http.request.method} GET", True),
        ("{http.vars.x} 1", True),
        ("none 1", False),
        ('none ""', True),
        ("x {http.vars.x}", True),
        ("trap GET", False),
    ],
)
def test_match(line, wanted):
    variables = {"x": "1", "n": 5, "b": True, "trap": "{http.request.method}"}
    assert asked(f"vars {line}")(request(vars=variables)) is wanted
