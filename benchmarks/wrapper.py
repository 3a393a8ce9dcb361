"""What listener wrappers save: HTTPS through layer 4 in one process, or by a second port.

Latency, CPU and sockets, for caddylite and, where ``$CADDY`` names a Caddy with layer4, for the
real one in the same run.
"""

import os
import socket
import ssl
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks.measure import caddylite, process_cpu, table, tool, wait_until

FRESH, KEPT, WARM = 400, 3_000, 50
HEAD = "{\n\tadmin off\n\tauto_https disable_redirects\n\tskip_install_trust\n\tlocal_certs\n"
SITE = "www.example.com {\n\trespond hello\n}\n"
ROUTE = "@vpn tls sni vpn.example.com\nroute @vpn {\n\tproxy 127.0.0.1:1\n}\n"
SCHEMES = {
    "direct": HEAD + "\thttps_port {port}\n}}\n" + SITE,
    "listener wrapper": HEAD
    + "\thttps_port {port}\n\tservers {{\n\t\tlistener_wrappers {{\n\t\t\tlayer4 {{\n"
    + ROUTE
    + "\t\t\t}}\n\t\t\ttls\n\t\t}}\n\t}}\n}}\n"
    + SITE,
    "second port": HEAD
    + "\thttps_port {second}\n\tlayer4 {{\n\t\t:{port} {{\n"
    + ROUTE
    + "route {{\n\tproxy 127.0.0.1:{second}\n}}\n\t\t}}\n\t}}\n}}\n"
    + SITE,
}
REQUEST = b"GET / HTTP/1.1\r\nHost: www.example.com\r\n\r\n"


def config(scheme: str, port: int, second: int) -> str:
    """Return the Caddyfile of one scheme."""
    text = SCHEMES[scheme]
    for old, new in (("{port}", str(port)), ("{second}", str(second)), ("{{", "{"), ("}}", "}")):
        text = text.replace(old, new)
    return text


def free_port() -> int:
    """Return a port that nobody holds."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


class Client:
    """An HTTP/1.1 client over TLS that resumes nothing."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.context = ssl.create_default_context()
        self.context.check_hostname = False
        self.context.verify_mode = ssl.CERT_NONE
        self.context.options |= ssl.OP_NO_TICKET

    def connect(self) -> ssl.SSLSocket:
        """Open a connection."""
        raw = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self.context.wrap_socket(raw, server_hostname="www.example.com")

    def ask(self, tls: ssl.SSLSocket) -> None:
        """Send one request and read its answer."""
        tls.sendall(REQUEST)
        answer = tls.recv(65536)
        while b"hello" not in answer:
            more = tls.recv(65536)
            if not more:
                raise RuntimeError(f"no answer: {answer!r}")
            answer += more

    def fresh(self) -> None:
        """Make one request on a connection of its own."""
        with self.connect() as tls:
            self.ask(tls)


def ready(client: Client) -> bool:
    """Does the server answer?"""
    try:
        client.fresh()
    except (OSError, RuntimeError):
        return False
    return True


def timed(pid: int, count: int, what: object) -> tuple[float, float]:
    """Return (median latency, CPU of the process) per call, in microseconds."""
    cpu, times = process_cpu(pid), []
    for _ in range(count):
        start = time.perf_counter()
        what()  # type: ignore[operator]
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e6, (process_cpu(pid) - cpu) / count * 1e6


def sockets(pid: int) -> int:
    """Count a process's open sockets."""
    folder = Path(f"/proc/{pid}/fd")
    return sum(1 for f in folder.iterdir() if os.readlink(f).startswith("socket:"))


def measure(command: list[str], scheme: str, folder: str) -> tuple[float, ...]:
    """Run one server with one scheme; return latency and CPU for both, and sockets a client."""
    port, second = free_port(), free_port()
    path = Path(folder, "Caddyfile")
    path.write_text(config(scheme, port, second))
    env = {**os.environ, "HOME": folder, "XDG_DATA_HOME": folder, "XDG_CONFIG_HOME": folder}
    process = subprocess.Popen(
        [*command, "run", "--config", str(path), "--adapter", "caddyfile"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env, cwd=folder,
    )  # fmt: skip
    try:
        client = Client(port)
        wait_until(lambda: ready(client))
        for _ in range(WARM):
            client.fresh()
        fresh = timed(process.pid, FRESH, client.fresh)
        idle = sockets(process.pid)
        with client.connect() as tls:
            client.ask(tls)
            used = sockets(process.pid) - idle
            kept = timed(process.pid, KEPT, lambda: client.ask(tls))
        return (*fresh, *kept, used)
    finally:
        process.terminate()
        process.wait(20)


def main() -> None:
    """Print the table."""
    servers = {"caddylite": caddylite()}
    real = os.environ.get("CADDY") or tool("caddy-l4")
    if real:
        servers["caddy"] = [real]
    else:
        print("(set $CADDY to a Caddy with layer4 to see it beside)\n")
    rows = []
    for name, command in servers.items():
        direct: tuple[float, ...] = ()
        for scheme in SCHEMES:
            with tempfile.TemporaryDirectory() as folder:
                got = measure(command, scheme, folder)
            direct = direct or got
            ratios = [f"{g:.0f} ({g / d:.2f})" for g, d in zip(got[:4], direct[:4], strict=True)]
            rows.append((name, scheme, *ratios, int(got[4])))
    print("Microseconds, and the ratio to the same server asked directly.\n")
    table(
        ("server", "scheme", "new connection", "its CPU", "kept: request", "its CPU", "sockets"),
        rows,
    )


if __name__ == "__main__":
    main()
