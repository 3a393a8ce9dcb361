"""Real ocserv behind the shared port, real openconnect logging in through it, both schemes."""

import base64
import contextlib
import hashlib
import itertools
import os
import ssl
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.e2e.peers import certificate, tls_client
from tests.e2e.programs import Program, caddylite, free_port, need, root_certificate, running

SAMPLES = Path(__file__).parents[2] / "sample_configs"
NAME = "vpn.example.com"
SCHEMES = ["vpn_listener_wrapper", "vpn_second_port"]
OCSERV = """
auth = "plain[passwd={d}/passwd]"
listen-host = {host}
listen-proxy-proto = true
tcp-port = {port}
run-as-user = nobody
run-as-group = nogroup
socket-file = {d}/ocserv.sock
isolate-workers = false
server-cert = {cert}
server-key = {key}
max-clients = 16
device = vpns
ipv4-network = 10.99.0.0
ipv4-netmask = 255.255.255.0
"""


def _pin(cert: Path) -> str:
    key = x509.load_pem_x509_certificate(cert.read_bytes()).public_key()
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return "pin-sha256:" + base64.b64encode(hashlib.sha256(der).digest()).decode()


def _passwords(folder: Path) -> None:
    subprocess.run(
        [need("ocpasswd", "ocserv"), "-c", str(folder / "passwd"), "alice"],
        input="pw123\npw123\n", text=True, check=True, capture_output=True,
    )  # fmt: skip


@contextlib.contextmanager
def _open_folder() -> Iterator[Path]:
    """A folder that ocserv's workers, who are nobody, can enter (pytest's are root's alone)."""
    with tempfile.TemporaryDirectory(prefix="ocserv-") as name:
        os.chmod(name, 0o755)
        yield Path(name)


@contextlib.contextmanager
def ocserv(folder: Path, host: str = "127.0.0.1", port: int = 0, ns=()) -> Iterator[tuple]:
    """Run ocserv; yield (its program, port, certificate)."""
    program = need("ocserv")
    if os.geteuid() != 0:
        pytest.skip("ocserv needs root (tun devices, changing user)")
    if not os.path.exists("/dev/net/tun"):
        pytest.skip("there is no /dev/net/tun")
    port = port or free_port()
    cert, key = certificate(folder, NAME)
    _passwords(folder)
    conf = folder / "ocserv.conf"
    conf.write_text(OCSERV.format(d=folder, host=host, port=port, cert=cert, key=key))
    argv = [*ns, program, "-f", "-d", "3", "-c", str(conf)]
    with running(argv, folder / "ocserv.log") as server:
        server.wait_for("listening (TCP)")
        yield server, port, cert


def _login(port: int, cert: Path, password: str = "pw123") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [need("openconnect"), "--authenticate", "--non-inter", "--passwd-on-stdin", "-u", "alice",
         "--servercert", _pin(cert), "--resolve", f"{NAME}:127.0.0.1", f"https://{NAME}:{port}/"],
        input=password + "\n", text=True, capture_output=True, timeout=60,
    )  # fmt: skip


def _web(port: int, root: Path) -> str:
    return subprocess.run(
        [need("curl"), "-sS", "--http1.1", "--cacert", str(root), "--resolve",
         f"www.example.com:{port}:127.0.0.1", f"https://www.example.com:{port}/"],
        capture_output=True, text=True, timeout=30, check=True,
    ).stdout  # fmt: skip


@pytest.fixture(params=SCHEMES)
def shared(request, tmp_path) -> Iterator[tuple[Program, int, Path, Path]]:
    """Ocserv and a site behind one port: (ocserv, the port, ocserv's certificate, our root)."""
    need("openconnect")
    with _open_folder() as folder, ocserv(folder) as (server, vpn_port, cert):
        port = free_port()
        env = {
            "PORT": str(port),
            "WEB_PORT": str(free_port()),
            "VPN": f"127.0.0.1:{vpn_port}",
            "VPN_NAME": NAME,
        }
        with caddylite(SAMPLES / f"{request.param}.Caddyfile", tmp_path, env):
            yield server, port, cert, root_certificate(tmp_path)


def test_login_by_sni_beside_a_site(shared):
    server, port, cert, root = shared
    for _ in range(2):
        assert _web(port, root) == "web: 127.0.0.1"
        login = _login(port, cert)
        assert login.returncode == 0, login.stderr
        assert "COOKIE=" in login.stdout
    assert "127.0.0.1 accepted proxy protocol connection" in server.output


def test_a_wrong_password_is_refused_by_ocserv_itself(shared):
    _, port, cert, _ = shared
    login = _login(port, cert, "wrong")
    assert login.returncode != 0
    assert "COOKIE=" not in login.stdout


def test_a_client_without_sni_reaches_the_web_side(shared):
    """It falls through to TLS, which has no certificate for no name: refused, not hung."""
    _, port, _, root = shared
    with pytest.raises((ssl.SSLError, ConnectionError)):
        tls_client(port, None)
    assert _web(port, root) == "web: 127.0.0.1"


def _run(*argv: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    return subprocess.run(argv, text=True, capture_output=True, check=check, timeout=60)


_NUMBERS = itertools.count()
UP_SCRIPT = """#!/bin/sh
case "$reason" in
connect) ip link set dev "$TUNDEV" up mtu ${INTERNAL_IP4_MTU:-1400}
  ip addr add "$INTERNAL_IP4_ADDRESS/32" peer "$INTERNAL_IP4_ADDRESS" dev "$TUNDEV"
  ip route add "$INTERNAL_IP4_NETADDR/$INTERNAL_IP4_NETMASKLEN" dev "$TUNDEV"
  echo tunnel is up;;
disconnect) ip link set dev "$TUNDEV" down;;
esac
exit 0
"""


@pytest.fixture
def networks() -> Iterator[tuple[str, str]]:
    """Two namespaces of our own: a server's (10.201.1.2) and a client's (10.201.2.2)."""
    need("ip", "iproute2")
    if os.geteuid() != 0:
        pytest.skip("network namespaces need root")
    tag = f"{os.getpid()}{next(_NUMBERS)}"
    server, client = f"cls{tag}", f"clc{tag}"
    if _run("ip", "netns", "add", server, check=False).returncode != 0:
        pytest.skip("network namespaces cannot be made here")
    _run("ip", "netns", "add", client)
    try:
        for name, space, net in (("s", server, "10.201.1"), ("c", client, "10.201.2")):
            ours, theirs = f"{name}0{tag}"[:15], f"{name}1{tag}"[:15]
            _run("ip", "link", "add", ours, "type", "veth", "peer", "name", theirs, "netns", space)
            _run("ip", "addr", "add", f"{net}.1/24", "dev", ours)
            _run("ip", "link", "set", ours, "up")
            _run("ip", "-n", space, "addr", "add", f"{net}.2/24", "dev", theirs)
            _run("ip", "-n", space, "link", "set", theirs, "up")
            _run("ip", "-n", space, "link", "set", "lo", "up")
        yield server, client
    finally:
        for space in (server, client):
            _run("ip", "netns", "del", space, check=False)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_whole_tunnel_with_a_ping_through_it(scheme, networks, tmp_path):
    server_ns, client_ns = networks
    openconnect = need("openconnect")
    need("ping", "iputils-ping")
    script = tmp_path / "up.sh"
    script.write_text(UP_SCRIPT)
    script.chmod(0o755)
    tmp_path.chmod(0o755)
    port = free_port()
    in_server = ("ip", "netns", "exec", server_ns)
    with (
        _open_folder() as folder,
        ocserv(folder, "10.201.1.2", 4443, in_server) as (server, _, cert),
    ):
        env = {
            "PORT": str(port),
            "WEB_PORT": str(free_port()),
            "VPN": "10.201.1.2:4443",
            "VPN_NAME": NAME,
        }
        with caddylite(SAMPLES / f"{scheme}.Caddyfile", tmp_path, env):
            client = [
                "sh", "-c",
                f"echo pw123 | exec {openconnect} --no-dtls --non-inter --passwd-on-stdin "
                f"-u alice --servercert {_pin(cert)} --resolve {NAME}:10.201.2.1 "
                f"--interface occ0 --script {script} https://{NAME}:{port}/",
            ]  # fmt: skip
            argv = ["ip", "netns", "exec", client_ns, *client]
            with running(argv, tmp_path / "openconnect.log") as tunnel:
                tunnel.wait_for("tunnel is up", 40)
                ping = _run(
                    "ip", "netns", "exec", client_ns, "ping", "-c", "3", "-i", "0.2", "10.99.0.1"
                )
                assert " 0% packet loss" in ping.stdout
        # the client's own address, by PROXY v2
        assert "[alice]:10.201.2.2:" in server.output
