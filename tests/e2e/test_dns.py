"""Real unbound behind the ``dns`` matcher; real dig and kdig in front of it, UDP and TCP."""

import contextlib
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.programs import Program, caddylite, free_port, need, running
from tests.layer4.routes import FIXTURES

SAMPLE = Path(__file__).parents[2] / "sample_configs" / "udp_services.Caddyfile"

PROVES = {
    "layer4.matchers.dns": "dig and kdig (UDP, TCP) to unbound",
}

UNBOUND = """
server:
  interface: 127.0.0.1@{port}
  do-daemonize: no
  use-syslog: no
  verbosity: 1
  log-queries: yes
  chroot: ""
  username: ""
  directory: "{folder}"
  pidfile: ""
  {more}
  access-control: 127.0.0.0/8 allow
  local-zone: "example.test." static
  local-data: "www.example.test. A 192.0.2.80"
  local-data: 'big.example.test. TXT "{big}"'
  local-zone: "other.test." static
  local-data: "www.other.test. A 192.0.2.81"
  local-zone: "example.com." static
  local-data: "www.example.com. A 192.0.2.82"
remote-control:
  control-enable: no
"""


@contextlib.contextmanager
def unbound(folder: Path, more: str = "", port: int = 0) -> Iterator[tuple[Program, int]]:
    """Run unbound with two zones of its own."""
    program = need("unbound")
    port = port or free_port()
    conf = folder / "unbound.conf"
    conf.write_text(UNBOUND.format(port=port, folder=folder, more=more, big="x" * 200))
    with running([program, "-d", "-c", str(conf)], folder / "unbound.log") as server:
        server.wait_for("start of service")
        yield server, port


def config(folder: Path, port: int, upstream: int, options: str = "") -> Path:
    """The same routes for UDP and TCP, since a dial address names its network."""
    servers = "".join(
        f"""
		{network}/127.0.0.1:{port} {{
			@ours dns {{
				allow_regexp (^|\\.)example\\.test\\.$
				default_deny
			}}
			route @ours {{
				proxy {network}/127.0.0.1:{upstream} {options}
			}}
		}}"""
        for network in ("udp", "tcp")
    )
    path = folder / "Caddyfile"
    path.write_text(f"{{\n\tadmin off\n\tlayer4 {{{servers}\n\t}}\n}}\n")
    return path


def ask(tool: str, port: int, *words: str) -> str:
    done = subprocess.run(
        [tool, "@127.0.0.1", "-p", str(port), *words],
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    return done.stdout


@pytest.mark.parametrize("tool", ["dig", "kdig"])
@pytest.mark.parametrize("way", ["+notcp", "+tcp"])
def test_names_of_the_zone_reach_unbound_and_others_do_not(tmp_path, tool, way):
    need(tool, "bind9-dnsutils knot-dnsutils")
    port = free_port()
    with (
        unbound(tmp_path) as (server, upstream),
        caddylite(config(tmp_path, port, upstream), tmp_path),
    ):
        answer = ask(tool, port, way, "+short", "WWW.example.test", "A")
        assert answer == "192.0.2.80\n"
        assert "xxx" in ask(tool, port, way, "+ignore", "big.example.test", "TXT")
        refused = ask(tool, port, way, "+short", "+timeout=1", "+retry=0", "www.other.test", "A")
        assert "192.0.2.81" not in refused
        assert "other.test" not in server.output


def query(name: str, number: int) -> bytes:
    labels = b"".join(bytes((len(x),)) + x.encode() for x in name.split("."))
    return number.to_bytes(2, "big") + b"\1\0\0\1\0\0\0\0\0\0" + labels + b"\0\0\1\0\1"


def test_unbound_wants_a_proxy_header_on_every_datagram(tmp_path):
    """As caddy-l4 does it: a second query in the same association is answered as well."""
    port, upstream = free_port(), free_port()
    more = f"proxy-protocol-port: {upstream}"
    with (
        unbound(tmp_path, more, upstream) as (server, _),
        caddylite(
            config(tmp_path, port, upstream, "{\n\t\t\t\t\tproxy_protocol v2\n\t\t\t\t}"), tmp_path
        ),
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client,
    ):
        client.settimeout(10)
        client.connect(("127.0.0.1", port))
        for number in (1, 2, 3):
            client.send(query("www.example.test", number))
            answer = client.recv(4096)
            assert answer[:2] == number.to_bytes(2, "big")
            assert answer.endswith(bytes((192, 0, 2, 80)))
        assert server.output.count("www.example.test. A IN") == 3


def test_the_sample_with_three_services_on_one_udp_port(tmp_path):
    dig, port = need("dig", "bind9-dnsutils"), free_port()
    with (
        unbound(tmp_path) as (_, upstream),
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wireguard,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client,
    ):
        wireguard.bind(("127.0.0.1", 0))
        wireguard.settimeout(10)
        env = {
            "PORT": str(port),
            "DNS": f"127.0.0.1:{upstream}",
            "WIREGUARD": f"127.0.0.1:{wireguard.getsockname()[1]}",
        }
        with caddylite(SAMPLE, tmp_path, env):
            assert ask(dig, port, "+short", "www.example.com", "A") == "192.0.2.82\n"
            (first, *_) = (FIXTURES / "wireguard_handshake.hex").read_text().split()
            client.sendto(bytes.fromhex(first), ("127.0.0.1", port))
            assert wireguard.recv(2048).hex() == first
