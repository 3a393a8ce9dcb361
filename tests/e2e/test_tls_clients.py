"""TLS clients: led by their hello without decrypting, and TLS ended here for them."""

import socket
from pathlib import Path

import pytest

from tests.e2e.daemons import Web, openssl_server
from tests.e2e.layer4 import layer4, run
from tests.e2e.peers import Named, certificate
from tests.e2e.programs import need

PROVES = {
    "layer4.matchers.tls": "openssl, gnutls-cli, curl; recorded Chrome, Firefox, Safari hellos",
    "layer4.handlers.tls": "openssl (TLS 1.2, 1.3), gnutls-cli, curl",
    "layer4.handlers.echo": "openssl s_client, gnutls-cli",
}
FIXTURES = Path(__file__).parents[1] / "fixtures"
NAMES = ("one.example.test", "two.example.test")


def _openssl(port: int, name: str, ca: Path, *words: str) -> str:
    """Send a line and return what comes back."""
    said = run(
        "sh", "-c", '(echo "hello there"; sleep 0.4) | exec "$@"', "sh", need("openssl"),
        "s_client", "-quiet", "-no_ign_eof", "-verify_return_error", "-CAfile", str(ca),
        "-connect", f"127.0.0.1:{port}", "-servername", name, "-verify_hostname", name, *words,
    )  # fmt: skip
    return said.stdout


def _gnutls(port: int, name: str, ca: Path, *words: str) -> str:
    said = run(
        "sh", "-c", '(echo "hello there"; sleep 0.4) | exec "$@"', "sh",
        need("gnutls-cli", "gnutls-bin"), "--logfile=/dev/null", "--x509cafile", str(ca),
        "--sni-hostname", name, "--verify-hostname", name, "-p", str(port), *words, "127.0.0.1",
    )  # fmt: skip
    return said.stdout


def test_two_tls_servers_behind_one_port(tmp_path):
    """Each verifies the certificate of the server itself: nothing is decrypted between."""
    pairs = [certificate(tmp_path, name) for name in NAMES]
    with (
        openssl_server(tmp_path, pairs[0]) as one,
        openssl_server(tmp_path, pairs[1]) as two,
        layer4(
            tmp_path,
            f"@one tls sni {NAMES[0]}\nroute @one {{\nproxy 127.0.0.1:{one}\n}}\n"
            f"@two tls sni_regexp ^two[.]\nroute @two {{\nproxy 127.0.0.1:{two}\n}}",
        ) as (port, _),
    ):
        for name, (ca, _) in zip(NAMES, pairs, strict=True):
            assert "ereht olleh" in _openssl(port, name, ca)
            assert "ereht olleh" in _openssl(port, name, ca, "-tls1_2")
            assert "ereht olleh" in _gnutls(port, name, ca)


@pytest.mark.parametrize("browser", ["chrome", "firefox", "safari"])
def test_a_browsers_recorded_hello_reaches_who_serves_its_name(tmp_path, browser):
    hello = bytes.fromhex(
        "".join((FIXTURES / f"tls_impersonate_{browser}.hex").read_text().split())
    )
    with (
        Named(b"", speak_first=False) as mine,
        Named(b"", speak_first=False) as other,
        layer4(
            tmp_path,
            "@mine tls {\nsni localhost\nalpn h2\n}\n"
            f"route @mine {{\nproxy 127.0.0.1:{mine.port}\n}}\n"
            f"route {{\nproxy 127.0.0.1:{other.port}\n}}",
        ) as (port, _),
    ):
        with socket.create_connection(("127.0.0.1", port), timeout=10) as s:
            for i in range(0, len(hello), 700):
                s.sendall(hello[i : i + 700])
            back = b""
            while len(back) < len(hello):
                back += s.recv(65536)
        assert back == hello
        assert other.first == []


def test_tls_is_ended_here_for_every_client(tmp_path):
    need("curl")
    pair = certificate(tmp_path, NAMES[0])
    with (
        Web("plain") as web,
        layer4(
            tmp_path,
            "@tls tls\nroute @tls {\ntls\n}\n"
            f"@web http\nroute @web {{\nproxy 127.0.0.1:{web.port}\n}}\n"
            "route {\necho\n}",
            certificate=pair,
        ) as (port, _),
    ):
        for words in (
            (),
            ("-tls1_2",),
            ("-tls1_3", "-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256"),
        ):
            assert "hello there" in _openssl(port, NAMES[0], pair[0], *words)
        assert "hello there" in _gnutls(port, NAMES[0], pair[0])
        said = run(
            "curl", "-sS", "--http1.1", "--cacert", str(pair[0]), "--resolve",
            f"{NAMES[0]}:{port}:127.0.0.1", f"https://{NAMES[0]}:{port}/page",
        )  # fmt: skip
        assert said.stdout == "plain GET /page 0", said.stderr


def test_the_alpn_that_was_agreed_decides(tmp_path):
    """Two protocols inside one name: the policy offers both, the client chooses."""
    pair = certificate(tmp_path, NAMES[0])
    with (
        Named(b"from a\n") as a,
        Named(b"from b\n") as b,
        layer4(
            tmp_path,
            "@a tls alpn a/1\nroute @a {\ntls {\nconnection_policy {\nalpn a/1 b/1\n}\n}\n"
            f"proxy 127.0.0.1:{a.port}\n}}\n"
            "@b tls alpn b/1\nroute @b {\ntls {\nconnection_policy {\nalpn a/1 b/1\n}\n}\n"
            f"proxy 127.0.0.1:{b.port}\n}}",
            certificate=pair,
        ) as (port, _),
    ):
        for word in ("a", "b"):
            assert f"from {word}" in _openssl(port, NAMES[0], pair[0], "-alpn", f"{word}/1")
