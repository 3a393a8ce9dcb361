"""Trusted proxies and the client's address."""

import pytest

from caddylite.http.ip_ranges import ranges_test
from caddylite.http.live.client_ip import ClientFinder, plain_address
from caddylite.http.request import Headers, Request

TRUSTED = ranges_test(("10.0.0.0/8", "fd00::/8"))


def find(remote, *forwarded, header="X-Forwarded-For", **options):
    request = Request(remote=remote, headers=Headers((header, v) for v in forwarded))
    return ClientFinder(TRUSTED, **options).find(request)


@pytest.mark.parametrize(
    ("remote", "forwarded", "found"),
    [
        (("192.0.2.1", 5), ["1.1.1.1"], (False, "192.0.2.1")),
        (("10.0.0.1", 5), [], (True, "10.0.0.1")),
        (("10.0.0.1", 5), ["1.1.1.1, 10.0.0.2"], (True, "1.1.1.1")),
        (("10.0.0.1", 5), ["bad, 1.1.1.1:80"], (True, "1.1.1.1")),
        (("10.0.0.1", 5), ["[2001:DB8::1]:9"], (True, "2001:db8::1")),
        (("10.0.0.1", 5), ["junk"], (True, "10.0.0.1")),
        (("fd00::1%eth0", 5), ["1.1.1.1"], (True, "1.1.1.1")),
        ("@", ["1.1.1.1"], (False, "")),
    ],
)
def test_the_leftmost_counts(remote, forwarded, found):
    assert find(remote, *forwarded) == found


def test_strictly_the_last_stranger_counts():
    assert find(("10.0.0.1", 5), "1.1.1.1, 2.2.2.2, 10.0.0.9", strict=True) == (True, "2.2.2.2")
    assert find(("10.0.0.1", 5), "10.0.0.8", strict=True) == (True, "10.0.0.1")


def test_other_headers_and_unix_sockets():
    options = {"header": "X-Real-Ip", "headers": ("X-Real-Ip",)}
    assert find(("10.0.0.1", 5), "1.1.1.1", **options) == (True, "1.1.1.1")
    assert find("@", "1.1.1.1", unix=True) == (True, "1.1.1.1")


def test_without_trusted_proxies_the_peer_counts():
    request = Request(remote=("10.0.0.1", 5), headers=Headers([("X-Forwarded-For", "1.1.1.1")]))
    assert ClientFinder(None).find(request) == (False, "10.0.0.1")


@pytest.mark.parametrize("text", ["", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "::g", "a"])
def test_what_is_no_address(text):
    assert plain_address(text) is None
