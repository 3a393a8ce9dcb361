"""What vpn_listener_wrapper.Caddyfile must do, for pytest: `pytest sample_configs/test_vpn.py`.

caddylite's plugin brings the fixture; nothing is opened.
"""

import pytest

from caddylite.testing.clients import http, tls

pytestmark = pytest.mark.caddyfile("vpn_listener_wrapper.Caddyfile")


@pytest.mark.parametrize("program", ["openconnect", "gnutls", "openssl"])
def test_the_vpn_is_passed_on_with_the_clients_address(caddyfile, program):
    trace = caddyfile.connect(":443", tls("vpn.example.com", like=program))
    assert trace.upstream == "127.0.0.1:4443"
    assert trace.seen_from == "192.0.2.1:50000"


@pytest.mark.parametrize("program", ["chrome", "firefox", "safari"])
def test_browsers_get_the_site(caddyfile, program):
    hello = tls("www.example.com", like=program, inner=http("www.example.com"))
    assert caddyfile.connect(":443", hello).site == "www.example.com"
