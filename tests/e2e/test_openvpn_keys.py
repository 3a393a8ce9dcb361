"""OpenVPN with the matcher knowing the keys: both ends bring a session up through the port."""

import subprocess

import pytest

from tests.e2e.layer4 import layer4
from tests.e2e.peers import certificate
from tests.e2e.programs import free_port, need, running

PROVES = {"layer4.matchers.openvpn": "with the keys of tls-auth, tls-crypt, tls-crypt-v2"}
UP = "Initialization Sequence Completed"


def _keys(folder):
    """Make the keys of all modes."""
    openvpn = need("openvpn")
    for kind, name in (("secret", "ta.key"), ("tls-crypt-v2-server", "v2s.key")):
        subprocess.run([openvpn, "--genkey", kind, str(folder / name)], check=True)
    subprocess.run(
        [openvpn, "--tls-crypt-v2", str(folder / "v2s.key"), "--genkey", "tls-crypt-v2-client",
         str(folder / "v2c.key")],
        check=True,
    )  # fmt: skip


#: Mode: network, the server's words, the client's, the matcher's options.
MODES = {
    "plain": ("udp", "", "", ""),
    "auth": ("tcp", "--tls-auth {d}/ta.key 0", "--tls-auth {d}/ta.key 1",
             "group_key_file {d}/ta.key\nauth_digest SHA1"),
    "crypt": ("udp", "--tls-crypt {d}/ta.key", "--tls-crypt {d}/ta.key",
              "group_key_file {d}/ta.key"),
    "crypt2": ("tcp", "--tls-crypt-v2 {d}/v2s.key", "--tls-crypt-v2 {d}/v2c.key",
               "server_key_file {d}/v2s.key"),
}  # fmt: skip


@pytest.mark.parametrize("mode", MODES)
def test_a_session_comes_up(mode, tmp_path):
    openvpn = need("openvpn")
    _keys(tmp_path)
    network, serving, asking, options = (part.format(d=tmp_path) for part in MODES[mode])
    cert, key = certificate(tmp_path, "vpn.example.test")
    common = [
        "--dev", "null", "--ca", str(cert), "--cert", str(cert), "--key", str(key),
        "--data-ciphers", "AES-256-GCM", "--verb", "3", "--connect-timeout", "10",
    ]  # fmt: skip
    other = next(name for name in MODES if name != mode)
    prefix = "udp/" if network == "udp" else ""
    server_port = free_port()
    server = [openvpn, "--local", "127.0.0.1", "--port", str(server_port), "--proto",
              "udp" if prefix else "tcp-server", "--tls-server", "--dh", "none",
              *common, *serving.split()]  # fmt: skip
    routes = (
        f"@other openvpn {{\nmodes {other}\n}}\nroute @other {{\nclose\n}}\n"
        f"@vpn openvpn {{\nmodes {mode}\n{options}\n}}\n"
        f"route @vpn {{\nproxy {prefix}127.0.0.1:{server_port}\n}}"
    )
    with (
        running(server, tmp_path / "server.log", cwd=tmp_path) as vpn,
        layer4(tmp_path, routes, prefix) as (port, _),
    ):
        vpn.wait_for("link local (bound)" if prefix else "Listening for incoming TCP")
        client = [openvpn, "--remote", "127.0.0.1", str(port), "--proto",
                  "udp" if prefix else "tcp-client", "--tls-client", "--nobind",
                  *common, *asking.split()]  # fmt: skip
        with running(client, tmp_path / "client.log", cwd=tmp_path) as asked:
            asked.wait_for(UP, 30)
            vpn.wait_for(UP, 30)
