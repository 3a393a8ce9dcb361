"""The real servers that clients are led to, each with a config made for the test."""

import contextlib
import http.server
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.programs import Program, free_port, need, running


def need_root(why: str) -> None:
    """Skip unless this is root."""
    if os.geteuid() != 0:
        pytest.skip(f"{why} needs root")


@contextlib.contextmanager
def sshd(folder: Path) -> Iterator[tuple[int, Path]]:
    """Run a real sshd that lets one key in; yield its port and the key."""
    program = need("sshd", "openssh-server")
    keygen = need("ssh-keygen", "openssh-client")
    need_root("this sshd set-up")
    for name in ("host", "user"):
        subprocess.run(
            [keygen, "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True
        )
    os.makedirs("/run/sshd", exist_ok=True)
    port = free_port()
    conf = folder / "sshd.conf"
    conf.write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nPidFile none\n"
        f"AuthorizedKeysFile {folder}/user.pub\nPasswordAuthentication no\nUsePAM no\n"
        "StrictModes no\nPermitRootLogin yes\nSubsystem sftp internal-sftp\n"
    )
    with running([program, "-D", "-e", "-f", str(conf)], folder / "sshd.log", port):
        yield port, folder / "user"


def ssh(port: int, key: Path, *words: str) -> list[str]:
    """Return the words of an ssh client that asks nothing."""
    return [
        need("ssh", "openssh-client"), "-F", "none", "-o", "StrictHostKeyChecking=no",
        "-o", "BatchMode=yes", "-o", "UserKnownHostsFile=/dev/null", "-i", str(key),
        "-p", str(port), *words,
    ]  # fmt: skip


class _Pages(http.server.BaseHTTPRequestHandler):
    """Answers with the server's word and what it was asked."""

    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        self.server.bodies.append(body)  # type: ignore[attr-defined]
        text = f"{self.server.word} {self.command} {self.path} {len(body)}"  # type: ignore[attr-defined]
        data = text.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PUT = _answer

    def log_message(self, *args: object) -> None:
        """Be quiet."""


class Web(http.server.ThreadingHTTPServer):
    """A small web server that answers with a word; ``bodies`` is what was sent to it."""

    daemon_threads = True

    def __init__(self, word: str) -> None:
        self.word, self.bodies = word, list[bytes]()
        super().__init__(("127.0.0.1", 0), _Pages)
        self.port = self.server_address[1]

    def __enter__(self) -> "Web":
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *why: object) -> None:
        self.shutdown()
        self.server_close()

    def handle_error(self, *args: object) -> None:
        """A client that goes away is not this server's trouble."""


@contextlib.contextmanager
def as_user(user: str) -> Iterator[tuple[Path, list[str]]]:
    """Yield a folder of another user's, and the words that run a program as that user."""
    need_root(f"running as {user}")
    setpriv = need("setpriv", "util-linux")
    folder = Path(tempfile.mkdtemp(prefix=f"{user}-"))
    try:
        shutil.chown(folder, user, user)
    except LookupError:
        shutil.rmtree(folder)
        pytest.skip(f"there is no user {user}")
    folder.chmod(0o755)
    try:
        yield folder, [setpriv, f"--reuid={user}", f"--regid={user}", "--init-groups"]
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def postgres(certificate: tuple[Path, Path]) -> Iterator[int]:
    """Run PostgreSQL with TLS and no passwords; yield its port."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    program = need("initdb") if not found and shutil.which("initdb") else ""
    if not found and not program:
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql)")
    folder = found[-1].parent if found else Path(program).parent
    with as_user("postgres") as (home, user):
        data = home / "data"
        subprocess.run(
            [*user, str(folder / "initdb"), "-D", str(data), "-A", "trust", "-U", "postgres",
             "--no-sync", "--locale=C"],
            check=True, capture_output=True, cwd=home,
        )  # fmt: skip
        for source, name in zip(certificate, ("server.crt", "server.key"), strict=True):
            shutil.copy(source, home / name)
            shutil.chown(home / name, "postgres", "postgres")
            (home / name).chmod(0o600)
        port = free_port()
        options = {
            "listen_addresses": "127.0.0.1", "unix_socket_directories": str(home), "ssl": "on",
            "ssl_cert_file": str(home / "server.crt"), "ssl_key_file": str(home / "server.key"),
            "fsync": "off",
        }  # fmt: skip
        argv = [*user, str(folder / "postgres"), "-D", str(data), "-p", str(port)]
        argv += [word for k, v in options.items() for word in ("-c", f"{k}={v}")]
        with running(argv, home / "postgres.log", cwd=home) as server:
            server.wait_for("ready to accept connections")
            yield port


@contextlib.contextmanager
def openssl_server(folder: Path, certificate: tuple[Path, Path], *words: str) -> Iterator[int]:
    """Run ``openssl s_server``, by default one that says lines backwards; yield its port."""
    port = free_port()
    argv = [
        need("openssl"), "s_server", "-accept", f"127.0.0.1:{port}", "-cert",
        str(certificate[0]), "-key", str(certificate[1]), "-quiet", *(words or ("-rev",)),
    ]  # fmt: skip
    with running(argv, folder / f"s_server-{port}.log", port):
        yield port


@contextlib.contextmanager
def haproxy(folder: Path, config: str, port: int) -> Iterator[Program]:
    """Run haproxy with some sections, until one of its ports answers."""
    conf = folder / f"haproxy-{port}.cfg"
    conf.write_text(
        "global\n  maxconn 100\ndefaults\n  mode tcp\n  timeout connect 5s\n"
        f"  timeout client 10s\n  timeout server 10s\n{config}\n"
    )
    argv = [need("haproxy"), "-db", "-f", str(conf)]
    with running(argv, folder / f"haproxy-{port}.log", port) as program:
        yield program
