"""The remote_ip matcher."""

import pytest

from caddylite.errors import ConfigError
from tests.http.matchers.asking import asked, request


@pytest.mark.parametrize(
    ("ranges", "address", "wanted"),
    [
        ("10.0.0.0/8", "10.1.2.3", True),
        ("10.0.0.0/8", "11.1.2.3", False),
        ("10.1.2.3", "10.1.2.3", True),
        ("10.1.2.3/8", "10.200.0.1", True),
        ("private_ranges", "192.168.7.7", True),
        ("private_ranges", "::1", True),
        ("private_ranges", "8.8.8.8", False),
        ("::/0", "1.2.3.4", False),
        ("0.0.0.0/0", "::ffff:1.2.3.4", False),
        ("fe80::/10", "fe80::1%eth0", True),
        ("fe80::/10%eth0", "fe80::1%eth0", True),
        ("fe80::/10%eth1", "fe80::1%eth0", False),
        ("", "1.2.3.4", False),
    ],
)
def test_match(ranges, address, wanted):
    assert asked(f"remote_ip {ranges}")(request(remote=(address, 1234))) is wanted


def test_a_unix_socket_is_in_no_range():
    assert not asked("remote_ip 0.0.0.0/0 ::/0")(request(remote="@"))


@pytest.mark.parametrize("bad", ["300.1.1.1", "10.0.0.0/40", "10.0.0.0/255.0.0.0", "a.com", "1/a"])
def test_a_bad_range_is_refused(bad):
    with pytest.raises(ConfigError, match=r"invalid IP address|parsing CIDR expression"):
        asked(f"remote_ip {bad}")
