"""The other samples with real clients: SSH, WebSocket, names, TLS in front, PROXY protocol."""

import contextlib
import socket
import ssl
import subprocess
import threading
from pathlib import Path

import pytest

from tests.e2e.daemons import sshd
from tests.e2e.peers import Named, tls_client
from tests.e2e.programs import caddylite, free_port, need, root_certificate

SAMPLES = Path(__file__).parents[2] / "sample_configs"


def _get(host: str):
    def use(tls) -> bytes:
        tls.sendall(f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        out = b""
        while data := tls.recv(65536):
            out += data
        return out

    return use


def test_ssh_beside_https(tmp_path):
    ssh = need("ssh", "openssh-client")
    with sshd(tmp_path) as (ssh_port, key):
        port = free_port()
        env = {"PORT": str(port), "SSH": f"127.0.0.1:{ssh_port}"}
        with caddylite(SAMPLES / "ssh_beside_https.Caddyfile", tmp_path, env):
            said = subprocess.run(
                [ssh, "-F", "none", "-o", "StrictHostKeyChecking=no", "-o", "BatchMode=yes",
                 "-o", "UserKnownHostsFile=/dev/null", "-i", str(key), "-p", str(port),
                 "root@127.0.0.1", "head -c 300000 /dev/zero | wc -c"],
                capture_output=True, text=True, timeout=60,
            )  # fmt: skip
            assert said.stdout.strip() == "300000", said.stderr
            root = root_certificate(tmp_path)
            web = tls_client(port, "www.example.com", root, use=_get("www.example.com"))
            assert web.endswith(b"web")


def test_websocket_through_the_shared_port(tmp_path):
    websockets = pytest.importorskip(
        "websockets.sync.server", reason="websockets is not installed"
    )
    client = pytest.importorskip("websockets.sync.client")

    def echo(connection) -> None:
        for message in connection:
            connection.send(message)

    with websockets.serve(echo, "127.0.0.1", 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        chat = server.socket.getsockname()[1]
        port = free_port()
        env = {"PORT": str(port), "CHAT": f"127.0.0.1:{chat}"}
        with caddylite(SAMPLES / "websocket.Caddyfile", tmp_path, env):
            root = root_certificate(tmp_path)
            context = ssl.create_default_context(cafile=root)
            raw = socket.create_connection(("127.0.0.1", port), timeout=10)
            with client.connect(
                "wss://chat.example.com/socket", sock=raw, ssl=context, proxy=None
            ) as ws:
                for message in ("hello", "x" * 200_000, b"\x00\x01"):
                    ws.send(message)
                    assert ws.recv(timeout=10) == message
            web = tls_client(port, "chat.example.com", root, use=_get("chat.example.com"))
            assert web.endswith(b"the chat is at /socket")
        server.shutdown()


def test_services_by_name(tmp_path):
    port = free_port()
    with contextlib.ExitStack() as stack:
        mail, git1, git2, rest = (
            stack.enter_context(Named(b"", speak_first=False)) for _ in range(4)
        )
        env = {"PORT": str(port)} | {
            k: f"127.0.0.1:{s.port}"
            for k, s in (("MAIL", mail), ("GIT1", git1), ("GIT2", git2), ("REST", rest))
        }
        stack.enter_context(caddylite(SAMPLES / "services_by_name.Caddyfile", tmp_path, env))
        hello = _hello(b"mail.example.com")
        for data, want in (
            (hello, [mail]),
            (_hello(b"git.example.com"), [git1, git2]),
            (_hello(b"a.git.example.com"), [git1, git2]),
            (_hello(b"other.example.com"), [rest]),
            (b"not TLS at all\r\n", [rest]),
        ):
            with socket.create_connection(("127.0.0.1", port), timeout=10) as s:
                s.sendall(data)
                assert _exactly(s, len(data)) == data
            assert any(b"".join(w.first).endswith(data) for w in want), data


def test_tls_in_front_of_a_plain_service(tmp_path):
    port = free_port()
    with Named(b"", speak_first=False) as redis:
        env = {
            "PORT": str(port),
            "WEB_PORT": str(free_port()),
            "REDIS": f"127.0.0.1:{redis.port}",
        }
        with caddylite(SAMPLES / "tls_terminated.Caddyfile", tmp_path, env):
            root = root_certificate(tmp_path)

            def ping(tls) -> bytes:
                tls.sendall(b"*1\r\n$4\r\nPING\r\n")
                return tls.recv(100)

            assert tls_client(port, "redis.example.com", root, use=ping) == b"*1\r\n$4\r\nPING\r\n"
            assert redis.first == [b"*1\r\n$4\r\nPING\r\n"]


def test_proxy_protocol_both_ways(tmp_path):
    port = free_port()
    with Named(b"", speak_first=False) as office, Named(b"", speak_first=False) as public:
        env = {
            "PORT": str(port),
            "OFFICE": f"127.0.0.1:{office.port}",
            "PUBLIC": f"127.0.0.1:{public.port}",
        }
        with caddylite(SAMPLES / "proxy_protocol.Caddyfile", tmp_path, env):
            for source, server, mark in (
                ("192.0.2.7", office, b"\r\n\r\n\x00\r\nQUIT\n\x21\x11"),
                ("198.51.100.9", public, b"PROXY TCP4 198.51.100.9 "),
            ):
                with socket.create_connection(("127.0.0.1", port), timeout=10) as s:
                    s.sendall(f"PROXY TCP4 {source} 203.0.113.1 5555 443\r\nhello".encode())
                    s.shutdown(socket.SHUT_WR)
                    back = b""
                    while data := s.recv(4096):
                        back += data
                assert back.startswith(mark)
                assert back.endswith(b"hello")
                if server is office:
                    assert socket.inet_aton(source) in back


def test_http_and_https_on_one_port(tmp_path):
    port = free_port()
    www = tmp_path / "www"
    www.mkdir()
    (www / "index.html").write_text("<h1>home</h1>")
    with caddylite(
        SAMPLES / "http_and_https.Caddyfile", tmp_path, {"PORT": str(port), "ROOT": str(www)}
    ):
        with socket.create_connection(("127.0.0.1", port), timeout=10) as s:
            s.sendall(b"GET /x?y HTTP/1.1\r\nHost: www.example.com\r\n\r\n")
            answer = s.recv(4096)
        assert b" 308 " in answer.split(b"\r\n")[0]
        assert b"Location: https://www.example.com/x?y\r\n" in answer
        root = root_certificate(tmp_path)
        web = tls_client(port, "www.example.com", root, use=_get("www.example.com"))
        assert web.endswith(b"<h1>home</h1>")


def _exactly(s: socket.socket, count: int) -> bytes:
    out = b""
    while len(out) < count and (data := s.recv(65536)):
        out += data
    return out


def _hello(name: bytes) -> bytes:
    context = ssl.create_default_context()
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(incoming, outgoing, server_hostname=name.decode())
    with contextlib.suppress(ssl.SSLWantReadError):
        tls.do_handshake()
    return outgoing.read()
