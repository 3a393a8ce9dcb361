"""Placeholders about the client's certificate."""

from hashlib import sha256

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from caddylite.http.live.certificate_values import certificate_value
from caddylite.placeholders import UNKNOWN
from tests.http.live.test_upstream_tls import make_certificate


@pytest.fixture
def der(tmp_path):
    cert, _ = make_certificate(tmp_path, "client.example")
    with open(cert, "rb") as file:
        return x509.load_pem_x509_certificate(file.read()).public_bytes(Encoding.DER)


def test_values(der):
    assert certificate_value(der, "fingerprint") == sha256(der).hexdigest()
    assert certificate_value(der, "subject") == "CN=client.example"
    assert certificate_value(der, "serial") == "7"
    assert certificate_value(der, "san.dns_names") == ["client.example"]
    assert certificate_value(der, "san.dns_names.0") == "client.example"
    assert certificate_value(der, "san.dns_names.1") is None
    assert certificate_value(der, "san.ips") == []
    assert len(certificate_value(der, "public_key")) == 130
    assert certificate_value(der, "certificate_pem").startswith("-----BEGIN CERTIFICATE-----")


def test_without_a_certificate():
    assert certificate_value(None, "subject") == ""
    assert certificate_value(None, "san.emails") == []


@pytest.mark.parametrize("field", ["nothing", "san.colours", "san.ips.x"])
def test_unknown_names(field):
    assert certificate_value(None, field) is UNKNOWN
