"""TLS that we begin: which name is asked for."""

import pytest

from caddylite.tls.live.client import sni_of


@pytest.mark.parametrize(
    ("host", "sent"),
    [
        ("a.example.com", "a.example.com"),
        ("a.example.com.", "a.example.com"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("_service.internal", "_service.internal"),
        ("192.0.2.1", ""),
        ("2001:db8::1", ""),
        ("/run/upstream.sock", ""),
        ("a..b", ""),
        ("x" * 64 + ".example", ""),
        ("with space", ""),
        ("nul\0", ""),
        ("", ""),
    ],
)
def test_the_server_name_that_is_sent(host, sent):
    assert sni_of(host) == sent
