import pytest

from caddylite.tls.protocols import negotiate


@pytest.mark.parametrize(
    ("ours", "theirs", "result"),
    [
        (("h2", "http/1.1"), ("http/1.1", "h2"), "h2"),
        (("http/1.1",), ("h2", "http/1.1"), "http/1.1"),
        (("http/1.1",), ("h2",), None),
        ((), ("h2",), ""),
        (("h2",), (), ""),
        (("h2",), ("http/1.1",), ""),
        (("h2",), ("spdy/3",), None),
    ],
)
def test_protocols_are_agreed_on(ours, theirs, result):
    assert negotiate(ours, theirs) == result
