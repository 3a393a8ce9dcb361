"""Accept-Encoding."""

import pytest

from caddylite.http.accepted import accepted_encodings
from caddylite.http.request import Headers


@pytest.mark.parametrize(
    ("field", "names"),
    [
        ("", []),
        ("gzip", ["gzip"]),
        ("gzip, br", ["br", "gzip"]),
        ("gzip;q=1, br;q=0.5", ["gzip", "br"]),
        ("GZIP ; Q=0.5, zstd;q=0.6", ["zstd", "gzip"]),
        ("gzip;q=0, br;q=0.0", []),
        ("gzip;q=9, br;q=x", ["br", "gzip"]),
        ("identity, *", ["identity", "*"]),
    ],
)
def test_order(field, names):
    assert accepted_encodings(Headers([("Accept-Encoding", field)]), ("br", "gzip")) == names


def test_a_websocket_is_not_compressed():
    fields = [("Accept-Encoding", "gzip, identity"), ("Sec-Websocket-Key", "k")]
    assert accepted_encodings(Headers(fields)) == ["identity"]
