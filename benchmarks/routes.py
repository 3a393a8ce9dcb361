"""CPU per connection with 10, 1,000 and 10,000 SNI routes: it must not depend on their number."""

import contextlib
import os
import socket
import ssl
import subprocess
import tempfile
from pathlib import Path

from benchmarks.measure import caddylite, median, process_cpu, table, wait_until
from benchmarks.wrapper import free_port

CONNECTIONS, ROUNDS = 3_000, 5


def hello(name: str) -> bytes:
    """Return a real ClientHello with this SNI."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = ssl.create_default_context().wrap_bio(incoming, outgoing, server_hostname=name)
    with contextlib.suppress(ssl.SSLWantReadError):
        tls.do_handshake()
    return outgoing.read()


def config(routes: int, port: int, backend: int) -> str:
    """Return a Caddyfile with so many routes, each with a name of its own."""
    body = "".join(
        f"@r{n} tls sni name{n}.example.com\nroute @r{n} {{\n\tproxy 127.0.0.1:{backend}\n}}\n"
        for n in range(routes)
    )
    return f"{{\nadmin off\nlayer4 {{\n127.0.0.1:{port} {{\n{body}}}\n}}\n}}\n"


def connect(port: int, data: bytes) -> bool:
    """Send a hello; is it answered?"""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as s:
            s.sendall(data)
            return s.recv(10) == b"ok"
    except OSError:
        return False


def serve(backend: socket.socket) -> int:
    """Answer every connection, in a process of its own; return its pid."""
    pid = os.fork()
    if pid:
        return pid
    while True:
        connection, _ = backend.accept()
        connection.sendall(b"ok")
        connection.close()


def measure(command: list[str], routes: int) -> float:
    """Return the microseconds of CPU a connection costs with so many routes."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as backend:
        backend.bind(("127.0.0.1", 0))
        backend.listen(1024)
        answering = serve(backend)
        port = free_port()
        path = Path(folder, "Caddyfile")
        path.write_text(config(routes, port, backend.getsockname()[1]))
        process = subprocess.Popen(
            [*command, "run", "--config", str(path), "--adapter", "caddyfile"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder,
        )  # fmt: skip
        try:
            hellos = [hello(f"name{n}.example.com") for n in (0, routes // 2, routes - 1)]
            wait_until(lambda: connect(port, hellos[0]), 120)

            def once() -> float:
                before = process_cpu(process.pid)
                for n in range(CONNECTIONS):
                    if not connect(port, hellos[n % 3]):
                        raise RuntimeError("a connection was not answered")
                return (process_cpu(process.pid) - before) / CONNECTIONS * 1e6

            return median(once, ROUNDS)
        finally:
            process.terminate()
            process.wait(20)
            os.kill(answering, 15)
            os.waitpid(answering, 0)


def main() -> None:
    """Print the table."""
    rows, first = [], 0.0
    for routes in (10, 1_000, 10_000):
        cost = measure(caddylite(), routes)
        first = first or cost
        rows.append((routes, f"{cost:.0f}", f"{cost / first:.2f}"))
    table(("SNI routes", "CPU a connection, us", "ratio"), rows)


if __name__ == "__main__":
    main()
