"""What goes wrong on either side ends in time, is logged once, and leaves nothing open."""

import contextlib
import hashlib
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

import pytest

from tests.e2e.layer4 import layer4
from tests.e2e.peers import Named
from tests.e2e.programs import free_port, need, running

RESET = struct.pack("ii", 1, 0)
#: Far above what anything here takes, far below what a hang would.
SOON = 15


def _connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=SOON)


def _all(sock: socket.socket) -> bytes:
    """Read to the end; a reset is an end as well."""
    out = b""
    with contextlib.suppress(ConnectionError):
        while data := sock.recv(65536):
            out += data
    return out


def _back(program, wanted: int) -> None:
    """Wait until the descriptors are back."""
    end = time.monotonic() + SOON
    while program.descriptors() > wanted and time.monotonic() < end:
        select.select([], [], [], 0.05)
    assert program.descriptors() <= wanted


def _errors(program) -> list[str]:
    return [line for line in program.output.splitlines() if '"level":"error"' in line]


@contextlib.contextmanager
def backend(handle):
    """A server of one's own: each connection is handled in a thread."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    sock = server.accept()[0]
                    threading.Thread(target=handle, args=(sock,), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def proxying(home, upstream: int, options: str = ""):
    """A server that leads everything to one upstream; the descriptors must come back."""
    routes = f"route {{\nproxy 127.0.0.1:{upstream} {{\n{options}\n}}\n}}"
    with layer4(home, routes) as (port, program):
        with contextlib.suppress(ConnectionError), _connect(port) as s:
            s.sendall(b"warm up")  # what is kept open for good is opened once
            s.shutdown(socket.SHUT_WR)
            _all(s)
        select.select([], [], [], 0.2)
        before, logged = program.descriptors(), len(_errors(program))
        yield port, program, logged
        _back(program, before)


def test_a_refused_upstream_closes_and_is_logged_once(tmp_path):
    with proxying(tmp_path, free_port()) as (port, program, logged), _connect(port) as s:
        s.sendall(b"hello")
        assert _all(s) == b""
        assert len(_errors(program)) == logged + 1
        assert "refused" in _errors(program)[-1]


def test_a_refused_upstream_is_tried_again_until_it_is_there(tmp_path):
    upstream = free_port()
    options = "lb_try_duration 10s\nlb_try_interval 50ms"
    routes = f"route {{\nproxy 127.0.0.1:{upstream} {{\n{options}\n}}\n}}"
    with layer4(tmp_path, routes) as (port, _), _connect(port) as s:
        s.sendall(b"patience")
        select.select([], [], [], 0.3)
        with socket.create_server(("127.0.0.1", upstream)) as server:
            server.settimeout(SOON)
            peer = server.accept()[0]
            with peer:
                assert peer.recv(100) == b"patience"
                peer.sendall(b"rewarded")
        assert _all(s) == b"rewarded"


def test_a_stopped_upstream_goes_on_where_it_was(tmp_path):
    """SIGSTOP: what is sent meanwhile is kept within bounds and arrives once it continues."""
    haproxy = need("haproxy")
    server = free_port()
    with Named(b"", speak_first=False) as echo:
        conf = tmp_path / "h.cfg"
        conf.write_text(
            "defaults\n  mode tcp\n  timeout connect 5s\n  timeout client 30s\n"
            f"  timeout server 30s\nlisten l\n  bind 127.0.0.1:{server}\n"
            f"  server s 127.0.0.1:{echo.port}\n"
        )
        with (
            running([haproxy, "-db", "-f", str(conf)], tmp_path / "h.log", server) as stopped,
            proxying(tmp_path, server) as (port, program, logged),
            _connect(port) as s,
        ):
            s.sendall(b"before")
            assert s.recv(100) == b"before"
            os.kill(stopped.process.pid, signal.SIGSTOP)
            try:
                s.sendall(b"meanwhile")
                assert select.select([s], [], [], 0.3)[0] == []
                with _connect(port) as other:  # the kernel still accepts for it
                    other.sendall(b"x")
                    assert select.select([other], [], [], 0.3)[0] == []
            finally:
                os.kill(stopped.process.pid, signal.SIGCONT)
            assert s.recv(100) == b"meanwhile"
            assert len(_errors(program)) == logged


def test_a_reset_by_the_upstream_ends_the_client(tmp_path):
    def handle(sock: socket.socket) -> None:
        sock.recv(100)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        sock.close()

    with (
        backend(handle) as upstream,
        proxying(tmp_path, upstream) as (port, program, logged),
        _connect(port) as s,
    ):
        s.sendall(b"hello")
        assert _all(s) == b""
        assert len(_errors(program)) - logged <= 1


def test_a_reset_by_the_client_ends_the_upstream(tmp_path):
    ended = threading.Event()

    def handle(sock: socket.socket) -> None:
        with sock:
            sock.sendall(b"hi")
            _all(sock)
        ended.set()

    with (
        backend(handle) as upstream,
        proxying(tmp_path, upstream) as (port, program, logged),
    ):
        ended.clear()
        s = _connect(port)
        s.sendall(b"x")
        assert s.recv(2) == b"hi"
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        s.close()
        assert ended.wait(SOON)
        assert len(_errors(program)) - logged <= 1


@pytest.mark.parametrize("side", ["client", "upstream"])
def test_a_half_close_leaves_the_other_way_open(tmp_path, side):
    """One side has said all it has to say; what the other still says arrives whole."""
    data = bytes(range(256)) * 4000
    heard: list[bytes] = []

    def handle(sock: socket.socket) -> None:
        with sock:
            if side == "client":
                _all(sock)
                sock.sendall(data)
            else:
                sock.shutdown(socket.SHUT_WR)
                heard.append(_all(sock))

    with backend(handle) as upstream, proxying(tmp_path, upstream) as (port, program, logged):
        heard.clear()
        with _connect(port) as s:
            if side == "client":
                s.sendall(b"asked")
                s.shutdown(socket.SHUT_WR)
                assert _all(s) == data
            else:
                s.sendall(b"x")
                assert s.recv(1) == b""
                s.sendall(data)
        end = time.monotonic() + SOON
        while side == "upstream" and not heard and time.monotonic() < end:
            select.select([], [], [], 0.02)
        assert side == "client" or heard == [b"x" + data]
        assert len(_errors(program)) == logged


@pytest.mark.parametrize("side", ["client", "upstream"])
def test_a_slow_reader_gets_everything(tmp_path, side):
    """Megabytes for somebody who reads in sips: held back, not lost, not piled up."""
    data = os.urandom(4 << 20)
    heard: list[bytes] = []

    def slowly(sock: socket.socket) -> bytes:
        out = bytearray()
        while piece := sock.recv(16384):
            out += piece
            if len(out) < 300_000:
                select.select([], [], [], 0.02)
        return bytes(out)

    def handle(sock: socket.socket) -> None:
        with sock:
            if side == "client":
                sock.recv(100)
                sock.sendall(data)
            else:
                heard.append(slowly(sock))

    with backend(handle) as upstream, proxying(tmp_path, upstream) as (port, program, logged):
        heard.clear()
        with _connect(port) as s:
            s.sendall(b"go" if side == "client" else data)
            if side == "client":
                assert slowly(s) == data
            else:
                s.shutdown(socket.SHUT_WR)
                assert _all(s) == b""
        assert side == "client" or heard == [data]
        assert len(_errors(program)) == logged


def test_a_client_that_says_too_little_is_let_go(tmp_path):
    """The matching timeout: one byte of a hello, then nothing."""
    routes = "@tls tls\nroute @tls {\necho\n}\nmatching_timeout 300ms"
    with layer4(tmp_path, routes) as (port, program):
        before = program.descriptors()
        with _connect(port) as s:
            s.sendall(b"\x16")
            assert _all(s) == b""
        _back(program, before)
        assert len(_errors(program)) <= 1


#: Says "go", waits for a line on its input before it reads, and tells what it got.
DOWNLOADER = """
import hashlib, socket, sys
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
s.sendall(sys.argv[2].encode())
print("sent", flush=True)
got = hashlib.sha256()
try:
    while data := s.recv(65536):
        got.update(data)
except ConnectionError:
    pass
print(got.hexdigest(), flush=True)
"""


@contextlib.contextmanager
def stopped_client(port: int, words: str):
    """A process that has said something and stands still; yields what lets it go on."""
    client = subprocess.Popen(
        [sys.executable, "-c", DOWNLOADER, str(port), words], stdout=subprocess.PIPE, text=True
    )
    try:
        assert client.stdout is not None
        assert client.stdout.readline() == "sent\n"
        client.send_signal(signal.SIGSTOP)

        def go_on() -> str:
            client.send_signal(signal.SIGCONT)
            return client.communicate(timeout=SOON)[0].strip()

        yield go_on
    finally:
        client.kill()
        client.wait()


def test_a_stopped_client_gets_everything_once_it_continues(tmp_path):
    """SIGSTOP in a download: its upstream is held back, and not one byte is lost."""
    data = os.urandom(32 << 20)
    asked, sent = threading.Event(), threading.Event()

    def handle(sock: socket.socket) -> None:
        with sock, contextlib.suppress(ConnectionError):
            if sock.recv(100) != b"go":
                return
            asked.set()
            sock.sendall(data)
        sent.set()

    with (
        backend(handle) as upstream,
        proxying(tmp_path, upstream) as (port, program, logged),
        stopped_client(port, "go") as go_on,
    ):
        assert asked.wait(SOON)
        assert not sent.wait(0.3)  # more than what the kernel and we hold for it
        with _connect(port) as other:  # nobody else waits for it
            other.sendall(b"x")
            assert _all(other) == b""
        assert go_on() == hashlib.sha256(data).hexdigest()
        assert sent.wait(SOON)
        assert len(_errors(program)) == logged


def test_a_stopped_client_loses_nothing_of_an_upstream_that_has_gone(tmp_path):
    """The upstream has said all and closed long before the client reads on."""
    data = os.urandom(200_000)
    closed = threading.Event()

    def handle(sock: socket.socket) -> None:
        with sock:
            if sock.recv(100) != b"go":
                return
            sock.sendall(data)
        closed.set()

    with (
        backend(handle) as upstream,
        proxying(tmp_path, upstream) as (port, program, logged),
        stopped_client(port, "go") as go_on,
    ):
        assert closed.wait(SOON)
        assert go_on() == hashlib.sha256(data).hexdigest()
        assert len(_errors(program)) == logged


def test_a_client_stopped_within_its_hello_is_let_go(tmp_path):
    """It cannot answer, and need not: the matching timeout frees what it held."""
    routes = "@tls tls\nroute @tls {\necho\n}\nmatching_timeout 300ms"
    with layer4(tmp_path, routes) as (port, program):
        before = program.descriptors()
        with stopped_client(port, "\x16\x03") as go_on:
            _back(program, before)
            assert go_on() == hashlib.sha256(b"").hexdigest()
        assert len(_errors(program)) <= 1
