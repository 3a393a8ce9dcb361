"""Real SOCKS clients against the ``socks5`` handler, and a real server behind the matcher."""

import http.server
import os
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.programs import caddylite, free_port, need, running

PROVES = {
    "layer4.handlers.socks5": "curl, with and without a password; dig over UDP through dante",
}

CADDYFILE = """{{
	admin off
	layer4 {{
		127.0.0.1:{port} {{
			@password socks5
			@open socks5 {{
				auth_methods 0 1
			}}
			route @open {{
				socks5
			}}
			route @password {{
				{password}
			}}
		}}
	}}
}}
"""
BUILT_IN = "socks5 {\n credentials bob secret\n commands CONNECT\n }"


@pytest.fixture
def web() -> Iterator[int]:
    """A web server that says hello."""

    class Hello(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b"hello through socks\n" * 5000
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args) -> None: ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hello)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


def serve(folder: Path, port: int, password: str = BUILT_IN):
    conf = folder / "Caddyfile"
    conf.write_text(CADDYFILE.format(port=port, password=password))
    return caddylite(conf, folder)


def curl(proxy: str, url: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [need("curl"), "-sS", "-m", "20", "--proxy", proxy, url],
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip


def test_curl_by_address_and_by_name(tmp_path, web):
    port = free_port()
    with serve(tmp_path, port):
        for scheme, host in (("socks5", "127.0.0.1"), ("socks5h", "localhost")):
            done = curl(f"{scheme}://127.0.0.1:{port}", f"http://{host}:{web}/")
            assert done.stdout == "hello through socks\n" * 5000, done.stderr


def test_curl_with_a_password(tmp_path, web):
    port = free_port()
    with serve(tmp_path, port):
        right = curl(f"socks5h://bob:secret@127.0.0.1:{port}", f"http://localhost:{web}/")
        assert right.stdout.startswith("hello"), right.stderr
        wrong = curl(f"socks5h://bob:guess@127.0.0.1:{port}", f"http://localhost:{web}/")
        assert wrong.returncode == 97, wrong.stderr


def test_curl_is_told_what_cannot_be_reached(tmp_path):
    port = free_port()
    with serve(tmp_path, port):
        for url, code in ((f"127.0.0.1:{free_port()}", 5), ("nowhere.invalid:1", 4)):
            done = curl(f"socks5h://127.0.0.1:{port}", f"http://{url}/")
            assert done.returncode == 97
            assert f"({code})" in done.stderr


def test_microsocks_behind_the_matcher(tmp_path, web):
    program, port, upstream = need("microsocks"), free_port(), free_port()
    argv = [program, "-i", "127.0.0.1", "-p", str(upstream), "-u", "bob", "-P", "pw"]
    with (
        running(argv, tmp_path / "microsocks.log", upstream),
        serve(tmp_path, port, f"proxy 127.0.0.1:{upstream}"),
    ):
        right = curl(f"socks5h://bob:pw@127.0.0.1:{port}", f"http://localhost:{web}/")
        assert right.stdout.startswith("hello"), right.stderr
        assert curl(f"socks5h://bob:no@127.0.0.1:{port}", f"http://localhost:{web}/").returncode


def test_dig_over_udp_through_dantes_client(tmp_path):
    """``socksify`` sends datagrams by ASSOCIATE."""
    from tests.e2e.test_dns import unbound

    socksify, dig = need("socksify", "dante-client"), need("dig", "bind9-dnsutils")
    port = free_port()
    conf = tmp_path / "socks.conf"
    conf.write_text(
        "route {\n from: 0.0.0.0/0 to: 0.0.0.0/0 via: 127.0.0.1 port = "
        f"{port}\n proxyprotocol: socks_v5\n protocol: tcp udp\n method: none\n}}\n"
    )
    with unbound(tmp_path) as (server, upstream), serve(tmp_path, port):
        env = {**os.environ, "SOCKS_CONF": str(conf)}
        done = subprocess.run(
            [socksify, dig, "@127.0.0.1", "-p", str(upstream), "+short", "+notcp", "+timeout=3",
             "www.example.test", "A"],
            capture_output=True, text=True, timeout=30, check=False, env=env,
        )  # fmt: skip
        assert "192.0.2.80" in done.stdout, (done.stdout, done.stderr, server.output)
