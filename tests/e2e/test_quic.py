"""QUIC by its server name: recorded hellos, and a real client with a real server."""

import socket

import pytest

from tests.e2e.peers import certificate
from tests.e2e.programs import Program, caddylite, free_port, need, running
from tests.layer4.routes import FIXTURES

PROVES = {
    "layer4.matchers.quic": "gtlsclient to gtlsserver (ngtcp2), HTTP/3",
}

CADDYFILE = """{{
	admin off
	layer4 {{
		udp/127.0.0.1:{port} {{
			@ours quic sni {name}
			route @ours {{
				proxy udp/127.0.0.1:{ours}
			}}
			route {{
				proxy udp/127.0.0.1:{other}
			}}
		}}
	}}
}}
"""


def udp_server() -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", 0))
    sock.settimeout(10)
    return sock


@pytest.mark.parametrize("name", ["localhost", "elsewhere.test"])
@pytest.mark.parametrize("recording", ["gtlsclient", "libcurl_h3", "qh3_niquests"])
def test_recorded_hellos_reach_their_upstream_whole(tmp_path, recording, name):
    """All three name localhost; two need two datagrams for it."""
    text = (FIXTURES / f"quic_{recording}.hex").read_text()
    datagrams = [bytes.fromhex(line) for line in text.split()]
    port = free_port()
    conf = tmp_path / "Caddyfile"
    with udp_server() as ours, udp_server() as other, udp_server() as client:
        a, b = ours.getsockname()[1], other.getsockname()[1]
        conf.write_text(CADDYFILE.format(port=port, name=name, ours=a, other=b))
        wanted = ours if name == "localhost" else other
        with caddylite(conf, tmp_path):
            client.connect(("127.0.0.1", port))
            for data in datagrams:
                client.send(data)
            assert [wanted.recv(65536) for _ in datagrams] == datagrams
            client.send(b"what comes later")
            assert wanted.recv(65536) == b"what comes later"


def test_a_real_client_reaches_a_real_server_by_its_name(tmp_path):
    client, server = need("gtlsclient", "ngtcp2-client"), need("gtlsserver", "ngtcp2-server")
    cert, key = certificate(tmp_path, "localhost")
    (tmp_path / "index.html").write_text("hello over quic\n")
    port, upstream, other = free_port(), free_port(), free_port()
    conf = tmp_path / "Caddyfile"
    conf.write_text(CADDYFILE.format(port=port, name="localhost", ours=upstream, other=other))
    argv = [server, "-q", "-d", str(tmp_path), "127.0.0.1", str(upstream), str(key), str(cert)]
    with running(argv, tmp_path / "server.log"), caddylite(conf, tmp_path):
        url = f"https://localhost:{port}/index.html"
        got = Program(
            [client, "--exit-on-all-streams-close", "-q", "--no-quic-dump", "--download",
             str(tmp_path / "got"), "127.0.0.1", str(port), url],
            tmp_path / "client.log", cwd=tmp_path,
        )  # fmt: skip
        try:
            (tmp_path / "got").mkdir(exist_ok=True)
            assert got.process.wait(30) == 0, got.output
        finally:
            got.stop()
        assert (tmp_path / "got" / "index.html").read_text() == "hello over quic\n"
