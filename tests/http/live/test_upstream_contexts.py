"""What a transport says of TLS to upstreams, seen by an upstream: in memory, with Python's ssl."""

import ssl
from base64 import b64encode
from pathlib import Path

import pytest
from OpenSSL import SSL

from caddylite.codec import from_plain
from caddylite.errors import ConfigError
from caddylite.http.live.proxy.contexts import ClientContexts
from caddylite.http.reverse_proxy.tls import TLSConfig
from caddylite.tls.certificate import Certificate
from tests.http.live.test_upstream_tls import make_certificate


class TLSApp:
    """Has one certificate, in the place of the TLS app."""

    def __init__(self, certificate=None):
        self.certificate, self.managed = certificate, []
        self.automate = self.managed.append

    def certificate_of(self, name):
        return self.certificate


class House:
    def __init__(self, tls=None):
        self.app = {"tls": tls}.get


def contexts(house=None, **tls):
    return ClientContexts(from_plain(TLSConfig, tls), house or House())


class Upstream:
    """The other end; ``asks`` for a certificate of this authority's."""

    def __init__(self, cert, key, asks=None, curve=None):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(cert, key)
        if asks is not None:
            self.context.verify_mode = ssl.CERT_REQUIRED
            self.context.load_verify_locations(asks)
        if curve is not None:
            self.context.set_ecdh_curve(curve)

    def shake(self, context, version=None):
        """Shake hands with a client of ours; return the two ends."""
        if version is not None:
            self.context.maximum_version = version
        there, here = ssl.MemoryBIO(), ssl.MemoryBIO()
        server = self.context.wrap_bio(there, here, server_side=True)
        client = SSL.Connection(context, None)
        client.set_connect_state()
        done = 0
        for _ in range(10):
            for step, waits in ((client.do_handshake, SSL.WantReadError),
                                (server.do_handshake, ssl.SSLWantReadError)):  # fmt: skip
                try:
                    step()
                    done += 1
                except waits:
                    pass
                if step == client.do_handshake:
                    _carry(client.bio_read, there.write)
                else:
                    _carry(lambda size: here.read(size) or None, client.bio_write)
        assert done > 2
        return client, server


def _carry(read, write):
    while True:
        try:
            data = read(65536)
        except SSL.WantReadError:
            return
        if not data:
            return
        write(data)


@pytest.fixture
def pair(tmp_path):
    return make_certificate(tmp_path, "up.example")


def roots(cert):
    der = b64encode(ssl.PEM_cert_to_DER_cert(Path(cert).read_text())).decode()
    return [
        {"root_ca_pem_files": [cert]},
        {"root_ca_pool": [der]},
        {"ca": {"provider": "file", "pem_files": [cert]}},
        {"ca": {"provider": "inline", "trusted_ca_certs": [der]}},
    ]


@pytest.mark.parametrize("way", range(4))
def test_roots(pair, way):
    Upstream(*pair).shake(contexts(**roots(pair[0])[way]).current())


def test_an_unknown_root(pair):
    with pytest.raises(SSL.Error, match="certificate verify failed"):
        Upstream(*pair).shake(contexts().current())


def test_a_client_certificate_from_files(pair, tmp_path):
    cert, key = make_certificate(tmp_path, "client.example")
    files = {"client_certificate_file": cert, "client_certificate_key_file": key}
    made = contexts(insecure_skip_verify=True, **files)
    _, server = Upstream(*pair, asks=cert).shake(made.current())
    assert server.getpeercert()["subject"] == ((("commonName", "client.example"),),)


def test_a_managed_client_certificate_and_its_successor(pair, tmp_path):
    def certificate(name):
        cert, key = make_certificate(tmp_path, name)
        return cert, Certificate.from_pem(Path(cert).read_bytes(), Path(key).read_bytes())

    app = TLSApp()
    made = contexts(House(app), insecure_skip_verify=True, client_certificate_automate="me")
    assert app.managed == ["me"]
    made.current()  # there is none yet: the upstream decides what to make of that
    for name in ("one.example", "two.example"):
        cert, app.certificate = certificate(name)
        assert made.current() is made.current()
        _, server = Upstream(*pair, asks=cert).shake(made.current())
        assert server.getpeercert()["subject"] == ((("commonName", name),),)


def test_curves(pair):
    upstream = Upstream(*pair, curve="secp384r1")
    upstream.shake(contexts(insecure_skip_verify=True, curves=["secp384r1"]).current())
    with pytest.raises((SSL.Error, ssl.SSLError)):
        upstream.shake(contexts(insecure_skip_verify=True, curves=["secp256r1"]).current())


@pytest.mark.parametrize(("word", "may"), [("", False), ("never", False), ("freely", True)])
def test_renegotiation(pair, word, may):
    context = contexts(insecure_skip_verify=True, renegotiation=word).current()
    assert bool(context.set_options(0) & SSL.OP_NO_RENEGOTIATION) is not may


@pytest.mark.parametrize(
    ("tls", "words"),
    [
        (
            {"client_certificate_file": "x"},
            "client_certificate_file specified without client_certificate_key_file",
        ),
        (
            {"client_certificate_key_file": "x"},
            "client_certificate_key_file specified without client_certificate_file",
        ),
        (
            {"client_certificate_file": "/none", "client_certificate_key_file": "/none"},
            "loading client certificate key pair: ",
        ),
        ({"renegotiation": "often"}, "invalid TLS renegotiation level: often"),
        ({"root_ca_pool": ["x"]}, "parsing CA certificate: "),
        (
            {"root_ca_pool": ["x"], "ca": {"provider": "system"}},
            "conflicting config for Root CA pool",
        ),
        (
            {"ca": {"provider": "file", "pem_files": ["/none"]}},
            "failed to load ca module: loading module 'file': provision tls.ca_pool.source.file: "
            "reading /none: open /none: no such file or directory",
        ),
    ],
)
def test_what_cannot_be_used(tls, words):
    with pytest.raises(ConfigError) as e:
        contexts(**tls)
    assert str(e.value).startswith(words)
