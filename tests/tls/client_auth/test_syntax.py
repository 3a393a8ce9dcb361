"""Certificates that ``client_auth`` reads from files while the config is read."""

import pytest

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.lexer import tokenize
from caddylite.errors import ConfigError
from caddylite.tls.ca_pool.source.inline import Inline
from caddylite.tls.client_auth.syntax import parse_client_auth
from caddylite.tls.policy import ClientAuthentication

ONE = "-----BEGIN CERTIFICATE-----\nAAEC\nAwQ=\n-----END CERTIFICATE-----\n"
KEY = "-----BEGIN PRIVATE KEY-----\nAAEC\n-----END PRIVATE KEY-----\n"


def read(lines: str) -> ClientAuthentication:
    text = f"client_auth {{\n{lines}\n}}\n"
    return parse_client_auth(Dispenser(tokenize(text, "Caddyfile")))


@pytest.mark.parametrize(
    ("content", "certificates"),
    [
        (ONE, ["AAECAwQ="]),
        (f"words\n{ONE}more words\n{ONE}", ["AAECAwQ=", "AAECAwQ="]),
        (ONE.rstrip(), ["AAECAwQ="]),
        (ONE.replace("\n", "\r\n"), ["AAECAwQ="]),
    ],
)
def test_certificates_of_a_file(tmp_path, content, certificates):
    file = tmp_path / "ca.pem"
    file.write_text(content, newline="")
    found = read(f"trusted_ca_cert_file {file}")
    assert found == ClientAuthentication(ca=Inline(tuple(certificates)))
    found = read(f"trusted_leaf_cert_file {file}")
    assert found.trusted_leaf_certs == tuple(certificates)


@pytest.mark.parametrize("content", ["", "words", KEY, ONE + KEY, ONE.rstrip() + ONE])
def test_files_without_certificates(tmp_path, content):
    file = tmp_path / "ca.pem"
    file.write_text(content)
    with pytest.raises(ConfigError) as caught:
        read(f"trusted_ca_cert_file {file}")
    assert str(caught.value) == f"no CERTIFICATE pem block found in {file}, at Caddyfile:2"


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(ConfigError) as caught:
        read(f"trusted_ca_cert_file {tmp_path}/nothing")
    assert str(caught.value).startswith(f"open {tmp_path}/nothing: no such file or directory, at")
    with pytest.raises(ConfigError) as caught:
        read(f"trusted_leaf_cert_file {tmp_path}")
    assert str(caught.value).startswith(f"read {tmp_path}: is a directory, at")
