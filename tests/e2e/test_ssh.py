"""OpenSSH through the port it shares: told by its banner, slowed down, and as a SOCKS client."""

from tests.e2e.daemons import Web, ssh, sshd
from tests.e2e.layer4 import layer4, run
from tests.e2e.programs import need

PROVES = {
    "layer4.matchers.ssh": "OpenSSH (ssh, sftp) to sshd",
    "layer4.matchers.regexp": "OpenSSH's banner",
    "layer4.handlers.throttle": "sftp uploading through it",
}


def test_ssh_and_the_web_share_a_port(tmp_path):
    with (
        sshd(tmp_path) as (server, key),
        Web("web") as web,
        layer4(
            tmp_path,
            f"@ssh ssh\nroute @ssh {{\nproxy 127.0.0.1:{server}\n}}\n"
            f"@web http\nroute @web {{\nproxy 127.0.0.1:{web.port}\n}}",
        ) as (port, _),
    ):
        said = run(*ssh(port, key, "root@127.0.0.1", "head -c 3000000 /dev/zero | wc -c"))
        assert said.stdout.strip() == "3000000", said.stderr
        assert run(need("curl"), "-s", f"http://127.0.0.1:{port}/x").stdout == "web GET /x 0"


def test_the_version_in_the_banner_decides(tmp_path):
    with (
        sshd(tmp_path) as (server, key),
        layer4(
            tmp_path,
            "@old regexp ^SSH-1 5\nroute @old {\nclose\n}\n"
            f"@new regexp ^SSH-2 5\nroute @new {{\nproxy 127.0.0.1:{server}\n}}",
        ) as (port, _),
    ):
        said = run(*ssh(port, key, "root@127.0.0.1", "echo through"))
        assert said.stdout == "through\n", said.stderr


def test_a_throttled_upload_arrives_whole(tmp_path):
    sftp = need("sftp", "openssh-client")
    sent, stored = tmp_path / "sent", tmp_path / "stored"
    sent.write_bytes(bytes(range(256)) * 1200)
    with (
        sshd(tmp_path) as (server, key),
        layer4(
            tmp_path,
            "@ssh ssh\nroute @ssh {\nthrottle {\nlatency 20ms\nread_burst_size 65536\n"
            f"read_bytes_per_second 400000\n}}\nproxy 127.0.0.1:{server}\n}}",
        ) as (port, _),
    ):
        options = ssh(port, key)[1:-2]
        said = run(
            sftp, *options, "-P", str(port), "-b", "-", "root@127.0.0.1",
            stdin=f"put {sent} {stored}\n",
        )  # fmt: skip
        assert said.returncode == 0, said.stderr
        assert stored.read_bytes() == sent.read_bytes()
