import pytest

from caddylite.errors import ConfigError
from caddylite.tls import names, parameters


def test_the_defaults_have_forward_secrecy_and_no_cbc():
    suites = parameters.openssl_suites(()).split(":")
    assert len(suites) == 6
    assert all(s.startswith("ECDHE-") and ("GCM" in s or "CHACHA20" in s) for s in suites)
    assert parameters.openssl_curves(()) == "X25519MLKEM768:X25519:P-256"
    assert parameters.versions("", "") == ("tls1.2", "tls1.3")


def test_every_name_a_config_may_use_is_translated():
    for suite in names.CIPHER_SUITES:
        expected = suite not in parameters.TLS13_SUITES
        assert bool(parameters.openssl_suites((suite,))) == expected
    for curve in names.CURVES:
        assert parameters.openssl_curves((curve,))
    for version in names.PROTOCOLS:
        assert parameters.versions(version, version) == (version, version)


def test_twice_is_once():
    assert parameters.openssl_curves(("x25519", "x25519")) == "X25519"


def test_names_go_both_ways():
    for suite in names.CIPHER_SUITES - set(parameters.TLS13_SUITES):
        assert parameters.go_suite(parameters.openssl_suites((suite,))) == suite
    assert parameters.go_suite("TLS_AES_128_GCM_SHA256") == "TLS_AES_128_GCM_SHA256"
    assert parameters.go_version("TLSv1.2") == "tls1.2"


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: parameters.openssl_suites(("RC4",)), "unsupported cipher suite: RC4"),
        (lambda: parameters.openssl_curves(("p1",)), "unsupported curve: p1"),
        (lambda: parameters.versions("tls1.0", ""), "unsupported protocol version: tls1.0"),
        (lambda: parameters.versions("tls1.3", "tls1.2"), "cannot be greater than"),
    ],
)
def test_what_is_not_supported_is_said(call, words):
    with pytest.raises(ConfigError, match=words):
        call()
