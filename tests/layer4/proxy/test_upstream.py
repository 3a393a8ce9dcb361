import pytest

from tests.layer4.handlers.reading import complaint, handler


def upstream(options):
    (shape,) = handler(f"proxy {{\nupstream a:1 {{\n{options}\n}}\n}}")["upstreams"]
    return shape


def test_options():
    assert upstream(
        "dial b:2 c:3\nlocal_addr 1.2.3.4 ::1\nresolver_preference ipv6_first\n"
        "max_connections 5\nweight 2"
    ) == {
        "dial": ["a:1", "b:2", "c:3"],
        "local_address": ["1.2.3.4", "::1"],
        "max_connections": 5,
        "resolver_preference": "ipv6_first",
        "weight": 2,
    }


def test_tls_options():
    assert upstream("tls")["tls"] == {}
    assert upstream(
        "tls_client_auth c.pem k.pem\ntls_curves x25519\ntls_curves secp256r1\n"
        "tls_except_ports 80 81\ntls_insecure_skip_verify\ntls_renegotiation once\n"
        "tls_server_name {l4.tls.server_name}\ntls_timeout 5s\n"
        "tls_trust_pool inline {\ntrust_der abcd\n}"
    )["tls"] == {
        "ca": {"provider": "inline", "trusted_ca_certs": ["abcd"]},
        "client_certificate_file": "c.pem",
        "client_certificate_key_file": "k.pem",
        "curves": ["x25519", "secp256r1"],
        "except_ports": ["80", "81"],
        "handshake_timeout": 5_000_000_000,
        "insecure_skip_verify": True,
        "renegotiation": "once",
        "server_name": "{l4.tls.server_name}",
    }
    assert upstream("tls_client_auth name")["tls"] == {"client_certificate_automate": "name"}


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        (
            "resolver_preference x",
            "malformed proxy upstream option 'resolver_preference': unrecognized value 'x'",
        ),
        ("weight 1\nweight 2", "duplicate proxy upstream option 'weight'"),
        ("tls\ntls", "duplicate proxy upstream option 'tls'"),
        (
            "tls_renegotiation x",
            "malformed proxy upstream option 'tls_renegotiation': unrecognized value 'x'",
        ),
        ("tls_client_auth a b c", "wrong argument count"),
        ("tls_trust_pool bogus", "getting module named 'tls.ca_pool.source.bogus'"),
        ("max_connections x", "parsing proxy upstream option 'max_connections'"),
        ("tls_bogus", "wrong argument count or unexpected line ending after 'tls_bogus'"),
    ],
)
def test_complaints(options, wanted):
    assert wanted in complaint(f"proxy {{\nupstream a:1 {{\n{options}\n}}\n}}")


def test_an_address_is_needed():
    assert "malformed proxy upstream block: at least one dial address must be provided" in (
        complaint("proxy {\nupstream {\nweight 1\n}\n}")
    )
