"""The sample that `make run` serves, as the README shows it: both names answer."""

import subprocess
from pathlib import Path

from tests.e2e.peers import tls_client
from tests.e2e.programs import caddylite, free_port, need, root_certificate

SAMPLE = Path(__file__).parents[2] / "sample_configs" / "port_sharing.Caddyfile"


def _get(tls) -> bytes:
    tls.sendall(b"GET / HTTP/1.1\r\nHost: www.localhost\r\nConnection: close\r\n\r\n")
    out = b""
    while data := tls.recv(65536):
        out += data
    return out


def _echo(tls) -> bytes:
    tls.sendall(b"ping through the port\n")
    return tls.recv(100)


def test_both_names_answer_on_one_port(tmp_path):
    port, vpn = free_port(), free_port()
    env = {"PORT": str(port), "VPN": f"127.0.0.1:{vpn}"}
    with caddylite(SAMPLE, tmp_path, env):
        root = root_certificate(tmp_path)
        web = tls_client(port, "www.localhost", root, use=_get)
        assert web.startswith(b"HTTP/1.1 200 OK\r\n")
        assert b"X-Served-By: caddylite\r\n" in web
        assert web.endswith(b"hello from the web, www.localhost\n")
        assert tls_client(port, "vpn.localhost", root, use=_echo) == b"ping through the port\n"


def test_curl_and_openssl_as_in_the_readme(tmp_path):
    need("curl"), need("openssl")
    port, vpn = free_port(), free_port()
    env = {"PORT": str(port), "VPN": f"127.0.0.1:{vpn}"}
    with caddylite(SAMPLE, tmp_path, env):
        root = root_certificate(tmp_path)
        web = subprocess.run(
            ["curl", "-sS", "--http1.1", "--cacert", str(root), "--resolve",
             f"www.localhost:{port}:127.0.0.1", f"https://www.localhost:{port}/"],
            capture_output=True, text=True, timeout=30, check=True,
        )  # fmt: skip
        assert web.stdout == "hello from the web, www.localhost\n"
        with subprocess.Popen(
            ["openssl", "s_client", "-quiet", "-verify_return_error", "-CAfile", str(root),
             "-connect", f"127.0.0.1:{port}", "-servername", "vpn.localhost"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        ) as client:  # fmt: skip
            try:
                client.stdin.write("hello\n")
                client.stdin.flush()
                assert client.stdout.readline() == "hello\n"
            finally:
                client.kill()
