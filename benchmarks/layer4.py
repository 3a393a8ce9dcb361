"""SNI pass-through beside haproxy and nginx: CPU a connection, a GiB and a small message; memory.

The same clients against each proxy in turn (in Python, so compare CPU and not rates).
"""

import os
import select
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from benchmarks.measure import caddylite, process_cpu, table, tool, wait_until
from benchmarks.routes import hello
from benchmarks.wrapper import free_port

CONNECTIONS, AT_ONCE, MESSAGES, BULK, IDLE = 6_000, 32, 20_000, 2 << 30, 2_000
NAME = "a.example.test"
CADDYFILE = """{
	admin off
	layer4 {
		127.0.0.1:%(port)d {
			@a tls sni a.example.test
			route @a {
				proxy 127.0.0.1:%(backend)d
			}
			@b tls sni b.example.test
			route @b {
				proxy 127.0.0.1:%(backend)d
			}
		}
	}
}
"""
HAPROXY = """global
  maxconn 6500
  nbthread 1
defaults
  mode tcp
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend f
  bind 127.0.0.1:%(port)d backlog 4096
  tcp-request inspect-delay 5s
  tcp-request content accept if { req.ssl_hello_type 1 }
  use_backend b if { req.ssl_sni -i a.example.test }
backend b
  server s 127.0.0.1:%(backend)d
"""
NGINX = """load_module /usr/lib/nginx/modules/ngx_stream_module.so;
worker_processes 1; daemon off; master_process off; pid %(folder)s/pid; error_log %(folder)s/err;
events { worker_connections 9000; }
stream { map $ssl_preread_server_name $be { a.example.test 127.0.0.1:%(backend)d; }
 server { listen 127.0.0.1:%(port)d backlog=4096; ssl_preread on; proxy_pass $be; } }
"""


def commands(folder: str, port: int, backend: int) -> dict[str, list[str]]:
    """Return how each installed proxy is started on the same port."""
    values = {"folder": folder, "port": port, "backend": backend}

    def written(name: str, text: str) -> str:
        path = Path(folder, name)
        path.write_text(text % values)
        return str(path)

    out = {}
    if haproxy := tool("haproxy"):
        out["haproxy"] = [haproxy, "-db", "-f", written("haproxy.cfg", HAPROXY)]
    if (nginx := tool("nginx")) and Path("/usr/lib/nginx/modules/ngx_stream_module.so").exists():
        out["nginx"] = [nginx, "-c", written("nginx.conf", NGINX)]
    config = written("Caddyfile", CADDYFILE)
    if real := os.environ.get("CADDY"):
        out["caddy-l4"] = [real, "run", "--adapter", "caddyfile", "--config", config]
    out["caddylite"] = [*caddylite(), "run", "--adapter", "caddyfile", "--config", config]
    return out


def backend() -> tuple[int, int]:
    """Answer in a process of its own: ``m`` echoes, ``b`` sends a lot, anything else one word."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
    port = listener.getsockname()[1]
    pid = os.fork()
    if pid:
        listener.close()
        return pid, port
    poll, open_ = select.epoll(), {}
    poll.register(listener, select.EPOLLIN)
    chunk = bytes(1 << 18)
    while True:
        for fd, _ in poll.poll():
            if fd == listener.fileno():
                s, _ = listener.accept()
                open_[s.fileno()] = s
                poll.register(s, select.EPOLLIN)
                continue
            with suppress(OSError):
                data = open_[fd].recv(65536)
                if data.endswith(b"BULK"):
                    for _ in range(BULK // len(chunk)):
                        open_[fd].sendall(chunk)
                    data = b""
                if data:
                    open_[fd].sendall(b"m" if len(data) < 64 else b"ok")
                    continue
            poll.unregister(fd)
            open_.pop(fd).close()


def opened(port: int, data: bytes) -> socket.socket:
    """Connect and send the first flight."""
    s = socket.create_connection(("127.0.0.1", port), timeout=20)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    s.sendall(data)
    return s


def connections(port: int, data: bytes) -> float:
    """Open and close connections, several at a time; return how many."""
    for _ in range(CONNECTIONS // AT_ONCE):
        batch = [opened(port, data) for _ in range(AT_ONCE)]
        for s in batch:
            if s.recv(10) != b"ok":
                raise RuntimeError("a connection was not answered")
            s.close()
    return CONNECTIONS // AT_ONCE * AT_ONCE


def messages(port: int, data: bytes) -> float:
    """Send small messages on open connections; return how many."""
    open_ = [opened(port, data) for _ in range(AT_ONCE)]
    for s in open_:
        s.recv(10)
    for _ in range(MESSAGES // AT_ONCE):
        for s in open_:
            s.sendall(b"x" * 32)
        for s in open_:
            s.recv(10)
    for s in open_:
        s.close()
    return MESSAGES // AT_ONCE * AT_ONCE


def bulk(port: int, data: bytes) -> float:
    """Receive a lot; return how many GiB."""
    room, got = bytearray(1 << 20), 0
    with opened(port, data + b"BULK") as s:
        while count := s.recv_into(room):
            got += count
    if got < BULK:
        raise RuntimeError(f"{got} of {BULK} bytes came")
    return got / (1 << 30)


def memory(pid: int) -> int:
    """Return a process's proportional memory in bytes."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("no Pss")


def idle(pid: int, port: int, data: bytes) -> float:
    """Return the kB an open connection keeps."""
    before = memory(pid)
    open_ = [opened(port, data) for _ in range(IDLE)]
    for s in open_:
        s.recv(10)
    kept = (memory(pid) - before) / IDLE / 1000
    for s in open_:
        s.close()
    return kept


@contextmanager
def started(command: list[str], folder: str, answers: Callable[[], bool]) -> Iterator[int]:
    """Run a proxy for a block; yield its pid."""
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder
    )
    try:
        wait_until(answers)
        yield process.pid
    finally:
        process.terminate()
        process.wait(20)


def answered(port: int, data: bytes) -> bool:
    """Does a connection reach the backend?"""
    try:
        with opened(port, data) as s:
            return s.recv(10) == b"ok"
    except OSError:
        return False


def measure(command: list[str], folder: str, port: int) -> list[float]:
    """Return microseconds a connection, seconds a GiB, microseconds a message, kB a connection."""
    data = hello(NAME)
    out = []
    with started(command, folder, lambda: answered(port, data)) as pid:
        connections(port, data)  # warm
        for what, scale in ((connections, 1e6), (bulk, 1.0), (messages, 1e6)):
            cpu = process_cpu(pid)
            count = what(port, data)
            out.append((process_cpu(pid) - cpu) / count * scale)
        out.append(idle(pid, port, data))
    return out


def main() -> None:
    """Print the table, with ratios to the first proxy."""
    answering, to = backend()
    rows: list[list[str]] = []
    first: list[float] = []
    try:
        with tempfile.TemporaryDirectory() as folder:
            port = free_port()
            for name, command in commands(folder, port, to).items():
                got = measure(command, folder, port)
                first = first or got
                pairs = zip(got, first, strict=True)
                rows.append([name, *(f"{g:.2f} ({g / f:.2f})" for g, f in pairs)])
    finally:
        os.kill(answering, 15)
        os.waitpid(answering, 0)
    head = ("proxy", "us CPU a connection", "s CPU a GiB", "us CPU a message", "kB a connection")
    table(head, rows)


if __name__ == "__main__":
    main()
