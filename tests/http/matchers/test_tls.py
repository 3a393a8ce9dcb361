"""The tls matcher."""

import pytest

from caddylite.tls.state import TLSState
from tests.http.matchers.asking import asked, request


@pytest.mark.parametrize(
    ("text", "tls", "wanted"),
    [("tls", True, True), ("tls", False, False), ("tls early_data", True, False)],
)
def test_match(text, tls, wanted):
    assert asked(text)(request(tls=TLSState() if tls else None)) is wanted
