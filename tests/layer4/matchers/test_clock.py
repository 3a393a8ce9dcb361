from datetime import UTC, datetime

import pytest

from caddylite.layer4.matching import Connection
from tests.layer4.clients import complaint, matcher, plain, says, unusable


def at(text):
    moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
    return Connection(started=moment.timestamp())


@pytest.mark.parametrize(
    ("words", "moment", "wanted"),
    [
        ("08:00:00 17:00:00", "2024-03-01T08:00:00", True),
        ("08:00:00 17:00:00", "2024-03-01T17:00:00", False),
        ("17:00:00 08:00:00", "2024-03-01T12:00:00", True),
        ("after 20:00:00", "2024-03-01T23:59:59", True),
        ("from 20:00:00", "2024-03-01T19:59:59", False),
        ("before 09:00:00", "2024-03-01T08:59:59", True),
        ("until 9:00:00", "2024-03-01T09:00:00", False),
        ("08:00:00 17:00:00 +02:00", "2024-03-01T07:00:00", True),
        ("08:00:00 17:00:00 -05", "2024-03-01T08:30:00", False),
        ("08:00:00 17:00:00 America/New_York", "2024-07-01T12:00:00", True),
        ("08:00:00 17:00:00 America/New_York", "2024-07-01T11:59:59", False),
        ("08:00:00 17:00:00 UTC", "2024-03-01T16:59:59", True),
    ],
)
def test_times(words, moment, wanted):
    assert says(matcher(f"clock {words}"), b"", at(moment)) is wanted


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("25:00:00 1:00:00", 'parsing time "25:00:00": hour out of range'),
        ("x 1:00:00", 'parsing time "x" as "15:04:05": cannot parse "x" as "15"'),
        ("1:0:00 2:00:00", 'parsing time "1:0:00" as "15:04:05": cannot parse "0:00" as "04"'),
        ("01:00:00x 2:00:00", 'parsing time "01:00:00x": extra text: "x"'),
        ("1:00:00 2:00:00 Nowhere/X", "unknown time zone Nowhere/X"),
    ],
)
def test_what_cannot_be_used(words, wanted):
    assert unusable(f"clock {words}") == wanted


def test_syntax():
    assert plain("clock after 10:00:00 UTC") == {
        "clock": {"after": "10:00:00", "before": "00:00:00", "timezone": "UTC"}
    }
    assert "wrong argument count" in complaint("clock after")
    assert "malformed clock matcher: blocks are not supported" in complaint("clock 1 2 {\nx\n}")
