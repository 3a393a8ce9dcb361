"""Status codes."""

from caddylite.wire.http_status import has_body, reason, status_text


def test_words():
    assert status_text(404) == "Not Found"
    assert status_text(299) == ""
    assert reason(299) == "status code 299"
    assert reason(413) == "Request Entity Too Large"


def test_which_have_a_body():
    assert [has_body(c) for c in (101, 200, 204, 206, 304, 404)] == [
        False, True, False, True, False, True,
    ]  # fmt: skip
