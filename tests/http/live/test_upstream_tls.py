"""TLS towards upstreams: verified unless the config says not."""

import ssl
import threading
from contextlib import contextmanager

import pytest

from caddylite.errors import ConfigError
from tests.http.live.loopback import Backend, exchange, running
from tests.http.live.support import get, parse, routes, server


def make_certificate(folder, name):
    """Make a self-signed certificate for a host name or 127.0.0.1; returns (cert, key) paths."""
    from datetime import UTC, datetime, timedelta
    from ipaddress import ip_address

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    alternative = x509.IPAddress(ip_address(name)) if name[0].isdigit() else x509.DNSName(name)
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject)
        .public_key(key.public_key()).serial_number(7)
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    paths = folder / f"{name}.crt", folder / f"{name}.key"
    pem = serialization.Encoding.PEM
    paths[0].write_bytes(certificate.public_bytes(pem))
    paths[1].write_bytes(key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))  # fmt: skip
    return tuple(str(p) for p in paths)


@contextmanager
def secure_backend(cert, key, heads=None):
    """Run an HTTPS upstream that says which name it was asked for, and notes what it was sent."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    names = threading.local()

    def note(sock, name, _):
        names.value = name

    context.sni_callback = note

    def serve(peer):
        with context.wrap_socket(peer.conn.dup(), server_side=True) as tls:
            tls.settimeout(10)
            while head := tls.recv(65536):
                if heads is not None:
                    heads.append(head)
                body = str(getattr(names, "value", None)).encode()
                tls.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))

    made = Backend(serve)
    try:
        yield made
    finally:
        made.close()


def ask(port, headers=None, **tls):
    handler = {
        **({"headers": headers} if headers else {}),
        "handler": "reverse_proxy",
        "upstreams": [{"dial": f"127.0.0.1:{port}"}],
        "transport": {"protocol": "http", "tls": tls},
    }
    with running({"servers": {"srv0": routes(handler)}}) as site:
        out = exchange(site.port(), get() + get("/", "Connection: close"))
        errors = [r[2] for r in site.log() if r[0] == "http.log.error"]
    return [parse(b"HTTP/1.1" + r)[::2] for r in out.split(b"HTTP/1.1")[1:]], errors


def test_a_trusted_certificate_for_the_name(tmp_path):
    cert, key = make_certificate(tmp_path, "up.example")
    with secure_backend(cert, key) as up:
        answers, _ = ask(up.port, root_ca_pem_files=[cert], server_name="up.example")
        assert answers == [(200, b"up.example")] * 2
        assert up.connections == 1


def test_the_upstream_is_asked_by_its_own_name(tmp_path):
    cert, key = make_certificate(tmp_path, "127.0.0.1")
    heads = []
    with secure_backend(cert, key, heads) as up:
        ask(up.port, insecure_skip_verify=True)
        ask(up.port, {"request": {"set": {"Host": ["own.example"]}}}, insecure_skip_verify=True)
        assert [h.partition(b"\r\n")[0] for h in heads[::2]] == [b"GET / HTTP/1.1"] * 2
        assert b"Host: 127.0.0.1:%d\r\n" % up.port in heads[0]
        assert b"Host: own.example\r\n" in heads[2]


def test_an_address_is_checked_too(tmp_path):
    cert, key = make_certificate(tmp_path, "127.0.0.1")
    with secure_backend(cert, key) as up:
        assert ask(up.port, root_ca_pem_files=[cert])[0] == [(200, b"None")] * 2


@pytest.mark.parametrize("trusted", [True, False])
def test_a_certificate_that_is_not_good(tmp_path, trusted):
    cert, key = make_certificate(tmp_path, "up.example")
    roots = {"root_ca_pem_files": [cert]} if trusted else {}
    with secure_backend(cert, key) as up:
        answers, errors = ask(up.port, server_name="other.example", **roots)
        assert [a[0] for a in answers] == [502, 502]
        assert len(errors) == 2


def test_or_is_not_checked(tmp_path):
    cert, key = make_certificate(tmp_path, "up.example")
    with secure_backend(cert, key) as up:
        answers, _ = ask(up.port, insecure_skip_verify=True, server_name="any.example")
        assert answers == [(200, b"any.example")] * 2


def test_missing_files_are_said_at_once(tmp_path):
    handler = {
        "handler": "reverse_proxy",
        "transport": {"protocol": "http", "tls": {"root_ca_pem_files": [str(tmp_path / "none")]}},
    }
    with pytest.raises(
        ConfigError, match=r"failed reading ca cert: open .*none: no such file or directory"
    ):
        server(routes(handler))
