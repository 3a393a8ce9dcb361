import pytest

from caddylite.codec import to_plain
from caddylite.errors import ConfigError
from caddylite.tls.policy_syntax import parse_connection_policy
from tests.layer4.clients import words


def policy(text):
    return to_plain(parse_connection_policy(words("connection_policy {\n" + text + "\n}")))


def test_all_options():
    assert policy(
        "match {\nsni a b\nalpn h2\n}\nalpn h2 http/1.1\nciphers X\nciphers Y\ncurves x25519\n"
        "default_sni d\nfallback_sni f\ndrop\ninsecure_secrets_log /tmp/x\n"
        "protocols tls1.2 tls1.3\ncert_selection {\nany_tag t\nserial_number 12 13\n"
        "public_key_algorithm ecdsa\nsubject_organization o\nall_tags u v\n}\n"
        "client_auth {\nmode require\n}"
    ) == {
        "match": {"alpn": ["h2"], "sni": ["a", "b"]},
        "certificate_selection": {
            "serial_number": ["12", "13"],
            "subject_organization": ["o"],
            "public_key_algorithm": 3,
            "any_tag": ["t"],
            "all_tags": ["u", "v"],
        },
        "cipher_suites": ["X", "Y"],
        "curves": ["x25519"],
        "alpn": ["h2", "http/1.1"],
        "protocol_min": "tls1.2",
        "protocol_max": "tls1.3",
        "drop": True,
        "client_authentication": {"mode": "require"},
        "default_sni": "d",
        "fallback_sni": "f",
        "insecure_secrets_log": "/tmp/x",
    }


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("drop\ndrop", "duplicate connection_policy option 'drop'"),
        ("protocols a b c", "wrong argument count"),
        ("alpn", "wrong argument count"),
        ("bogus", "wrong argument count or unexpected line ending after 'bogus'"),
        ("match bogus", "getting module named 'tls.handshake_match.bogus'"),
        ("default_sni a {\nb\n}", "malformed connection_policy option 'default_sni'"),
        (
            "cert_selection {\nserial_number x\n}",
            "parsing cert_selection option 'serial_number': invalid big.int value x",
        ),
        (
            "cert_selection {\npublic_key_algorithm x\n}",
            "parsing cert_selection option 'public_key_algorithm': "
            "unrecognized public key algorithm: x",
        ),
        ("cert_selection {\nbogus\n}", "wrong argument count"),
    ],
)
def test_complaints(text, why):
    with pytest.raises(ConfigError) as caught:
        policy(text)
    assert why in str(caught.value)
