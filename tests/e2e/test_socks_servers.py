"""curl led to real SOCKS servers by version: dante, microsocks, and ssh -D."""

import contextlib

from tests.e2e.daemons import Web, need_root, ssh, sshd
from tests.e2e.layer4 import layer4, run
from tests.e2e.programs import free_port, need, running

PROVES = {
    "layer4.matchers.socks4": "curl (4, 4a) to dante and ssh -D",
    "layer4.matchers.socks5": "curl (5, 5h) to microsocks and ssh -D",
}
NO_SUCH_LOGIN = 97  # curl: a proxy handshake went wrong


@contextlib.contextmanager
def microsocks(folder, *words):
    port = free_port()
    argv = [need("microsocks"), "-i", "127.0.0.1", "-p", str(port), *words]
    with running(argv, folder / "microsocks.log", port):
        yield port


@contextlib.contextmanager
def dante(folder):
    program = need("danted", "dante-server")
    need_root("danted")
    port = free_port()
    conf = folder / "danted.conf"
    conf.write_text(
        f"internal: 127.0.0.1 port = {port}\nexternal: lo\nsocksmethod: none\n"
        "clientmethod: none\nuser.privileged: root\nuser.unprivileged: nobody\n"
        "client pass { from: 127.0.0.0/8 to: 0.0.0.0/0 }\n"
        "socks pass { from: 127.0.0.0/8 to: 0.0.0.0/0 protocol: tcp udp }\n"
    )
    with running([program, "-N", "1", "-f", str(conf)], folder / "danted.log", port):
        yield port


def _curl(proxy: str, web: Web, *words: str):
    return run(need("curl"), "-sS", "-m", "10", "--proxy", proxy, *words,
               f"http://127.0.0.1:{web.port}/x")  # fmt: skip


def test_each_version_reaches_its_server(tmp_path):
    with (
        Web("web") as web,
        microsocks(tmp_path, "-u", "bob", "-P", "pw") as five,
        dante(tmp_path) as four,
        layer4(
            tmp_path,
            f"@four socks4\nroute @four {{\nproxy 127.0.0.1:{four}\n}}\n"
            f"@five socks5\nroute @five {{\nproxy 127.0.0.1:{five}\n}}",
        ) as (port, _),
    ):
        assert _curl(f"socks4://127.0.0.1:{port}", web).stdout == "web GET /x 0"
        assert _curl(f"socks5h://bob:pw@127.0.0.1:{port}", web).stdout == "web GET /x 0"
        assert _curl(f"socks5://bob:no@127.0.0.1:{port}", web).returncode == NO_SUCH_LOGIN


def test_an_ssh_client_serves_every_version(tmp_path):
    with sshd(tmp_path) as (server, key), Web("web") as web:
        own = free_port()
        argv = ssh(server, key, "-N", "-D", f"127.0.0.1:{own}", "root@127.0.0.1")
        with (
            running(argv, tmp_path / "ssh-d.log", own),
            layer4(
                tmp_path,
                "@four socks4 {\ncommands CONNECT\nnetworks 127.0.0.0/8 0.0.0.0/8\n}\n"
                f"@five socks5 {{\nauth_methods 0 1\n}}\n"
                f"route @four @five {{\nproxy 127.0.0.1:{own}\n}}",
            ) as (port, _),
        ):
            for version in ("socks4", "socks4a", "socks5", "socks5h"):
                said = _curl(f"{version}://127.0.0.1:{port}", web)
                assert said.stdout == "web GET /x 0", (version, said.stderr)
