"""Real servers and clients on loopback sockets."""

import json
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).parents[3]


class Running:
    """A process of ours with servers in it."""

    def __init__(self, config):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.http.live.process"],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.process.stdin.write(json.dumps(config) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the server did not start")
        self.ports = json.loads(line)

    def port(self, name="srv0"):
        return self.ports[name]

    def log(self):
        """Return the records written so far."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def stop(self):
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


@contextmanager
def running(config):
    """Run servers for a while."""
    served = Running(config)
    try:
        yield served
    finally:
        served.stop()


def exchange(port, data, timeout=10.0, until=None, shut=True):
    """Send bytes and return what comes back until the server closes (or ``until`` is in it)."""
    with socket.create_connection(("127.0.0.1", port), timeout) as s:
        s.settimeout(timeout)
        s.sendall(data)
        out = b""
        while until is None or until not in out:
            try:
                piece = s.recv(65536)
            except ConnectionResetError:
                break
            if not piece:
                break
            out += piece
        return out


class Backend:
    """An upstream that answers each connection with a function of a socket file."""

    def __init__(self, serve):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.connections = 0
        self._serve = serve
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        while True:
            try:
                conn, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._one, args=(conn,), daemon=True).start()

    def _one(self, conn):
        conn.settimeout(10)
        with conn, conn.makefile("rwb", buffering=0) as stream, suppress(OSError, EOFError):
            self._serve(Peer(conn, stream))

    def close(self):
        self.listener.close()


class Peer:
    """The upstream's side of a connection."""

    def __init__(self, conn, stream):
        self.conn, self.stream = conn, stream

    def head(self):
        """Read a request's head."""
        data = b""
        while not data.endswith(b"\r\n\r\n"):
            byte = self.stream.read(1)
            if not byte:
                raise EOFError
            data += byte
        return data

    def exactly(self, count):
        data = b""
        while len(data) < count:
            piece = self.stream.read(count - len(data))
            if not piece:
                raise EOFError
            data += piece
        return data

    def send(self, data):
        self.conn.sendall(data)


@contextmanager
def backend(serve):
    """Run an upstream for a while."""
    made = Backend(serve)
    try:
        yield made
    finally:
        made.close()


def echo_head(peer):
    """Answer every request with its own head."""
    while True:
        head = peer.head()
        peer.send(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%b"
            % (len(head), head)
        )
