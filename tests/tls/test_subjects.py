"""Which names certificates can be had for."""

import pytest

from caddylite.tls import subjects


@pytest.mark.parametrize(
    "name", ["example.com", "*.example.com", "*", "localhost", "10.0.0.1", "a_b", "::1"]
)
def test_names_that_qualify(name: str) -> None:
    assert subjects.qualifies(name)


@pytest.mark.parametrize(
    "name",
    ["", " ", ".a", "a.", "a*.com", "x.*.com", "{env.X}", "a b", "a/b*", "a\\b", "a@b", "a=b"],
)
def test_names_that_do_not(name: str) -> None:
    assert not subjects.qualifies(name)


@pytest.mark.parametrize(
    "name",
    [
        "localhost", "a.localhost", "A.LOCAL", "x.internal", "y.home.arpa", "10.1.2.3",
        "192.168.0.1", "169.254.0.9", "172.31.0.1", "0.0.0.1", "::1", "fe80::1", "fd00::1",
        "localhost:443", "[::1]:443", "::ffff:10.0.0.1", "local.localhost.",
    ],
)  # fmt: skip
def test_internal(name: str) -> None:
    assert subjects.is_internal(name)


@pytest.mark.parametrize("name", ["example.com", "8.8.8.8", "172.32.0.1", "2001:db8::1", ""])
def test_not_internal(name: str) -> None:
    assert not subjects.is_internal(name)


@pytest.mark.parametrize(
    ("name", "public"),
    [
        ("example.com", True),
        ("*.example.com", True),
        ("*.com", False),
        ("*.*.example.com", False),
        ("localhost", False),
        ("8.8.8.8", True),
        ("a b", False),
    ],
)
def test_public(name: str, public: bool) -> None:
    assert subjects.qualifies_publicly(name) is public


@pytest.mark.parametrize(
    ("pattern", "name", "covered"),
    [
        ("example.com", "EXAMPLE.com", True),
        ("*.example.com", "a.example.com", True),
        ("*.example.com", "a.b.example.com", False),
        ("*.*.example.com", "a.b.example.com", True),
        ("a.*.com", "a.b.com", False),
        ("*.Example.com", "*.example.com", True),
        ("::1", "[::1]:443", True),
        ("*", "localhost", True),
    ],
)
def test_covers(pattern: str, name: str, covered: bool) -> None:
    assert subjects.covers(pattern, name) is covered


def test_ip_addresses() -> None:
    assert subjects.is_ip("1.2.3.4")
    assert subjects.is_ip("::1")
    assert not subjects.is_ip("fe80::1%eth0")
    assert not subjects.is_ip("1.2.3")
    assert not subjects.is_ip("a.b.c.d")


def test_tailscale() -> None:
    assert subjects.is_tailscale("Machine.Tailnet.TS.net")
    assert not subjects.is_tailscale("ts.net")
