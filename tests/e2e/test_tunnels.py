"""Real tunnels over the port that caddylite shares: wireguard-go, and openvpn in four modes."""

import contextlib
import os
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.peers import certificate
from tests.e2e.programs import caddylite, free_port, need, running

PROVES = {
    "layer4.matchers.wireguard": "wireguard-go at both ends, a ping through",
    "layer4.matchers.openvpn": "openvpn in four modes",
}

ADDRESSES = {"server": "10.97.0.1", "client": "10.97.0.2"}


def need_tun() -> None:
    """Skip where no tunnel can be made."""
    if os.geteuid() != 0:
        pytest.skip("tunnels need root")
    if not os.path.exists("/dev/net/tun"):
        pytest.skip("there is no /dev/net/tun")


def serve(folder: Path, listen: str, matcher: str, upstream: str):
    """Carry what the matcher knows to the upstream; nothing else is let in."""
    conf = folder / "Caddyfile"
    conf.write_text(
        f"{{\n\tadmin off\n\tlayer4 {{\n\t\t{listen} {{\n\t\t\t@a {matcher}\n"
        f"\t\t\troute @a {{\n\t\t\t\tproxy {upstream}\n\t\t\t}}\n\t\t}}\n\t}}\n}}\n"
    )
    return caddylite(conf, folder)


# WireGuard.


def sh(*argv: str, given: str | None = None) -> str:
    done = subprocess.run(argv, input=given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (argv, done.stderr)
    return done.stdout.strip()


@contextlib.contextmanager
def namespace() -> Iterator[str]:
    """A network namespace to move a tunnel's end into."""
    name = f"cl-{uuid.uuid4().hex[:8]}"
    done = subprocess.run(["ip", "netns", "add", name], capture_output=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"no network namespaces here: {done.stderr.decode().strip()}")
    try:
        yield name
    finally:
        subprocess.run(["ip", "netns", "del", name], check=False)


@contextlib.contextmanager
def wireguard(folder: Path, role: str, ns: str, peer: str, key: Path, *setup: str) -> Iterator:
    """One end: its socket stays with us, its device goes to the namespace."""
    device = f"w{role[0]}{uuid.uuid4().hex[:8]}"
    env = {**os.environ, "WG_PROCESS_FOREGROUND": "1", "LOG_LEVEL": "verbose"}
    with running([need("wireguard-go"), device], folder / f"{role}.log", env=env) as program:
        program.wait_for("UAPI listener started")
        other = ADDRESSES["client" if role == "server" else "server"]
        sh("wg", "set", device, "private-key", str(key), *setup[:2],
           "peer", peer, "allowed-ips", f"{other}/32", *setup[2:])  # fmt: skip
        sh("ip", "link", "set", device, "netns", ns)
        sh("ip", "-n", ns, "addr", "add", f"{ADDRESSES[role]}/24", "dev", device)
        sh("ip", "-n", ns, "link", "set", device, "up")
        yield program


def test_ping_through_wireguard(tmp_path):
    for program, package in (("wireguard-go", ""), ("wg", "wireguard-tools"), ("ip", "iproute2")):
        need(program, package)
    ping = need("ping", "iputils-ping")
    need_tun()
    keys, publics = {}, {}
    for role in ADDRESSES:
        private = sh("wg", "genkey")
        keys[role] = tmp_path / f"{role}.key"
        keys[role].write_text(private)
        publics[role] = sh("wg", "pubkey", given=private)
    port, upstream = free_port(), free_port()
    with contextlib.ExitStack() as stack:
        stack.enter_context(
            serve(tmp_path, f"udp/127.0.0.1:{port}", "wireguard", f"udp/127.0.0.1:{upstream}")
        )
        a, b = (stack.enter_context(namespace()) for _ in range(2))
        stack.enter_context(
            wireguard(tmp_path, "server", a, publics["client"], keys["server"],
                      "listen-port", str(upstream))
        )  # fmt: skip
        stack.enter_context(
            wireguard(tmp_path, "client", b, publics["server"], keys["client"],
                      "listen-port", "0", "endpoint", f"127.0.0.1:{port}")
        )  # fmt: skip
        done = subprocess.run(
            ["ip", "netns", "exec", b, ping, "-c", "3", "-i", "0.2", "-W", "5",
             ADDRESSES["server"]],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert " 3 received" in done.stdout, done.stdout + done.stderr


# OpenVPN: the control channel is the proof, so no device is needed.

FINISHED = "Initialization Sequence Completed"
MODES = {
    "plain over UDP": ("udp", "plain", ()),
    "tls-auth over TCP": ("tcp", "auth", ("--tls-auth",)),
    "tls-crypt over UDP": ("udp", "crypt", ("--tls-crypt",)),
    "tls-crypt-v2 over TCP": ("tcp", "crypt2", ("--tls-crypt-v2",)),
}


def openvpn_keys(folder: Path, kind: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """Make the keys of a mode; return the options of the server's and of the client's side."""
    if not kind:
        return [], []
    option, program = kind[0], need("openvpn")
    key = folder / "ta.key"
    if option == "--tls-crypt-v2":
        client = folder / "client.key"
        sh(program, "--genkey", "tls-crypt-v2-server", str(key))
        sh(program, option, str(key), "--genkey", "tls-crypt-v2-client", str(client))
        return [option, str(key)], [option, str(client)]
    sh(program, "--genkey", "secret", str(key))
    ends = ["0"], ["1"]
    return tuple([option, str(key), *(e if option == "--tls-auth" else [])] for e in ends)


@pytest.mark.parametrize("mode", MODES)
def test_openvpn(tmp_path, mode):
    program = need("openvpn")
    network, matched, kind = MODES[mode]
    port, upstream = free_port(), free_port()
    cert, key = certificate(tmp_path, "vpn.example.test")
    server_keys, client_keys = openvpn_keys(tmp_path, kind)
    common = [
        "--dev", "null", "--ifconfig-noexec", "--ca", str(cert), "--cert", str(cert),
        "--key", str(key), "--data-ciphers", "AES-256-GCM", "--verb", "3",
        "--connect-retry", "1", "--hand-window", "20",
    ]  # fmt: skip
    server = [
        program, "--tls-server", "--dh", "none", "--proto",
        "udp" if network == "udp" else "tcp-server", "--local", "127.0.0.1",
        "--port", str(upstream), *common, *server_keys,
    ]  # fmt: skip
    client = [
        program, "--tls-client", "--nobind", "--proto",
        "udp" if network == "udp" else "tcp-client", "--remote", "127.0.0.1", str(port),
        *common, *client_keys,
    ]  # fmt: skip
    with (
        serve(
            tmp_path,
            f"{network}/127.0.0.1:{port}",
            f"openvpn {{\n\t\t\t\tmodes {matched}\n\t\t\t}}",
            f"{network}/127.0.0.1:{upstream}",
        ),
        running(server, tmp_path / "server.log") as one,
        running(client, tmp_path / "client.log") as two,
    ):
        two.wait_for(FINISHED, 40)
        one.wait_for(FINISHED, 40)
