"""The stand-in for ocserv, asked by hand and by the real openconnect."""

import shutil
import socket
import ssl
import subprocess

import pytest

from caddylite.testing.ocserv import (
    DATA,
    DISCONNECT,
    DPD_REQUEST,
    DPD_RESPONSE,
    Ocserv,
    packet,
    self_signed,
)

V1 = b"PROXY TCP4 203.0.113.9 192.0.2.1 40000 443\r\n"


@pytest.fixture
def vpn():
    with Ocserv("vpn.example", {"alice": "secret"}) as server:
        yield server


class Client:
    """A connection to the stand-in, as openconnect makes it."""

    def __init__(self, server, first=b""):
        context = ssl.create_default_context(cadata=server.certificate.decode())
        plain = socket.create_connection(("127.0.0.1", server.port), 10)
        plain.sendall(first)
        self.stream = context.wrap_socket(plain, server_hostname=server.name)
        self.file = self.stream.makefile("rb")

    def ask(self, method, path, body="", **headers):
        lines = [f"{method} {path} HTTP/1.1", f"Content-Length: {len(body)}"]
        lines += [f"{k}: {v}" for k, v in headers.items()]
        self.stream.sendall(("\r\n".join(lines) + "\r\n\r\n" + body).encode())
        status = self.file.readline().decode().strip()
        said = {}
        while line := self.file.readline().decode().strip():
            name, _, value = line.partition(": ")
            said[name] = value
        return status, said, self.file.read(int(said.get("Content-Length", 0))).decode()

    def log_in(self, password="secret"):
        self.ask("POST", "/", "<config-auth type='init'/>")
        self.ask(
            "POST", "/auth", "<config-auth><auth><username>alice</username></auth></config-auth>"
        )
        return self.ask("POST", "/auth", f"<x><auth><password>{password}</password></auth></x>")


def test_it_asks_for_name_and_password_and_gives_a_cookie(vpn):
    client = Client(vpn)
    status, _, body = client.ask("POST", "/", "<config-auth type='init'/>")
    assert status == "HTTP/1.1 200 OK"
    assert 'name="username"' in body
    _, headers, body = client.log_in()
    assert 'id="success"' in body
    assert headers["Set-Cookie"].startswith("webvpn=")


def test_a_wrong_password_gets_no_cookie(vpn):
    _, headers, body = Client(vpn).log_in("wrong")
    assert "Set-Cookie" not in headers
    assert "Login failed" in body


def test_the_tunnel_answers_dpd_and_sends_data_back(vpn):
    client = Client(vpn)
    cookie = client.log_in()[1]["Set-Cookie"].split(";")[0]
    status, headers, _ = client.ask("CONNECT", "/CSCOSSLC/tunnel", Cookie=cookie)
    assert status == "HTTP/1.1 200 CONNECTED"
    assert headers["X-CSTP-MTU"] == "1406"
    client.stream.sendall(packet(DPD_REQUEST, b"x") + packet(DATA, b"hello"))
    wanted = packet(DPD_RESPONSE, b"x") + packet(DATA, b"hello")
    assert client.file.read(len(wanted)) == wanted
    client.stream.sendall(packet(DISCONNECT))
    assert client.file.read(1) == b""
    assert vpn.tunnels == 1


def test_without_a_cookie_there_is_no_tunnel(vpn):
    assert Client(vpn).ask("CONNECT", "/CSCOSSLC/tunnel")[0] == "HTTP/1.1 401 Unauthorized"


def test_a_proxy_header_names_the_client():
    with Ocserv("vpn.example", proxy_protocol=True) as server:
        Client(server, V1).ask("GET", "/")
        assert server.seen == [("203.0.113.9", 40000)]


def test_without_the_header_it_expects_it_closes():
    with Ocserv("vpn.example", proxy_protocol=True) as server:
        with pytest.raises(OSError):  # noqa: PT011  (reset, or the end of the stream)
            Client(server)
        assert server.seen == []


def test_a_header_it_does_not_expect_breaks_tls(vpn):
    with pytest.raises(OSError):  # noqa: PT011  (as above)
        Client(vpn, V1)


def test_camouflage_hides_the_login():
    with Ocserv("vpn.example", camouflage="open") as server:
        assert Client(server).ask("POST", "/", "<x/>")[0] == "HTTP/1.1 404 Not Found"
        assert Client(server).ask("POST", "/?open", "<x/>")[0] == "HTTP/1.1 200 OK"


@pytest.mark.skipif(shutil.which("openconnect") is None, reason="openconnect is not installed")
def test_the_real_openconnect_logs_in(vpn, tmp_path):
    (tmp_path / "ca.pem").write_bytes(vpn.certificate)
    done = subprocess.run(
        ["openconnect", "--authenticate", "--user=alice", "--passwd-on-stdin", "--non-inter",
         f"--cafile={tmp_path / 'ca.pem'}", "--resolve=vpn.example:127.0.0.1",
         f"https://vpn.example:{vpn.port}/"],
        input="secret\n", capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert "COOKIE=" in done.stdout, done.stdout + done.stderr


def test_the_certificate_is_for_the_name():
    from cryptography import x509

    certificate = x509.load_pem_x509_certificate(self_signed("a.example")[0])
    san = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert san.get_values_for_type(x509.DNSName) == ["a.example"]
