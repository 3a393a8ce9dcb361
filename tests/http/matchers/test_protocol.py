"""The protocol matcher."""

import pytest

from caddylite.tls.state import TLSState
from tests.http.matchers.asking import asked, request


@pytest.mark.parametrize(
    ("name", "proto", "tls", "wanted"),
    [
        ("http", "HTTP/1.1", False, True),
        ("https", "HTTP/1.1", False, False),
        ("https", "HTTP/2.0", True, True),
        ("http/1.1", "HTTP/1.1", False, True),
        ("http/1.1", "HTTP/1.0", False, False),
        ("http/1.0+", "HTTP/2.0", False, True),
        ("http/2", "HTTP/2.0", True, True),
        ("http/2+", "HTTP/1.1", True, False),
        ("http/9", "HTTP/1.1", False, False),
    ],
)
def test_match(name, proto, tls, wanted):
    state = TLSState() if tls else None
    assert asked(f"protocol {name}")(request(proto=proto, tls=state)) is wanted


def test_grpc():
    assert asked("protocol grpc")(request(fields={"content-type": "application/grpc+proto"}))
    assert not asked("protocol grpc")(request(fields={"content-type": "text/html"}))
