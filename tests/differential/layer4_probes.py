"""Many layer-4 servers in one process of a program, and clients that ask who answers them."""

import asyncio
import contextlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.differential.layer4_lists import MARKS, make

FIXTURES = Path(__file__).parents[1] / "fixtures"
CUTS = ("whole", "halves", "first")
SILENT, CLOSED = "silent", "closed"
AT_ONCE = 96
#: Seconds between two pieces, and for an answer.
PAUSE, PATIENCE = 0.06, 0.9
MADE = {
    "made_http_api": b"GET /api/x?q=1 HTTP/1.1\r\nHost: api.example.test\r\n\r\n",
    "made_http_post": b"POST /x.php HTTP/1.1\r\nHost: example.com\r\nContent-Length: 2\r\n\r\nok",
    "made_smtp": b"EHLO client.example.test\r\n",
    "made_zeros": bytes(40),
}


def clients(datagrams: bool) -> list[tuple[str, list[bytes]]]:
    """Return the recorded clients, and some made ones over streams: name and what they send."""
    out = []
    for file in sorted(FIXTURES.glob("*.hex")):
        lines = [bytes.fromhex(line) for line in file.read_text().split()]
        udp = "udp" in file.stem or file.stem.startswith(("quic", "wireguard"))
        if udp == datagrams:
            out.append((file.stem, lines if udp else [b"".join(lines)]))
    return out if datagrams else out + [(name, [data]) for name, data in MADE.items()]


@dataclass
class Marks:
    """The servers that the routes lead to: each says its number."""

    tcp: list[int] = field(default_factory=list)
    udp: list[int] = field(default_factory=list)


@contextlib.asynccontextmanager
async def marks() -> AsyncIterator[Marks]:
    """Run them in this process."""
    loop = asyncio.get_running_loop()
    out, closing = Marks(), []
    for number in range(MARKS):

        async def serve(reader: Any, writer: Any, number: int = number) -> None:
            with contextlib.suppress(OSError, TimeoutError):
                writer.write(b"M%d\n" % number)
                await writer.drain()
                await asyncio.wait_for(reader.read(), 5)
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=512)
        out.tcp.append(server.sockets[0].getsockname()[1])
        transport, _ = await loop.create_datagram_endpoint(
            lambda n=number: _Mark(n), ("127.0.0.1", 0)
        )
        out.udp.append(transport.get_extra_info("sockname")[1])
        closing += [server, transport]
    try:
        yield out
    finally:
        for one in closing:
            one.close()


class _Mark(asyncio.DatagramProtocol):
    def __init__(self, number: int) -> None:
        self.answer = b"M%d\n" % number

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self.transport.sendto(self.answer, addr)


def free_ports(count: int) -> list[int]:
    """Return ports that are free for TCP and UDP."""
    out: list[int] = []
    held = []
    while len(out) < count:
        tcp, udp = socket.socket(), socket.socket(type=socket.SOCK_DGRAM)
        held += [tcp, udp]
        tcp.bind(("127.0.0.1", 0))
        with contextlib.suppress(OSError):
            udp.bind(tcp.getsockname())
            out.append(tcp.getsockname()[1])
    for sock in held:
        sock.close()
    return out


@dataclass(frozen=True)
class Place:
    """A server of the config: which list it has, and where it listens."""

    seed: int
    datagrams: bool
    port: int


def config(seeds: list[int], folder: str, at: Marks) -> tuple[dict[str, Any], list[Place]]:
    """Make a config with a TCP and a UDP server for each seed."""
    ports = iter(free_ports(2 * len(seeds)))
    servers, places = {}, []
    for seed in seeds:
        for datagrams in (False, True):
            place = Place(seed, datagrams, next(ports))
            places.append(place)
            numbers = at.udp if datagrams else at.tcp
            prefix = "udp/" if datagrams else ""
            servers[f"{seed}{'u' if datagrams else 't'}"] = {
                "listen": [f"{prefix}127.0.0.1:{place.port}"],
                "routes": marked(make(seed, folder, datagrams), prefix, numbers),
            }
    logging = {"logs": {"default": {"level": "FATAL"}}}
    return {"admin": {"disabled": True}, "logging": logging,
            "apps": {"layer4": {"servers": servers}}}, places  # fmt: skip


def marked(x: Any, prefix: str, ports: list[int]) -> Any:
    """Put the servers' addresses in the places of the marks."""
    if isinstance(x, dict):
        return {k: marked(v, prefix, ports) for k, v in x.items()}
    if isinstance(x, list):
        return [marked(v, prefix, ports) for v in x]
    if isinstance(x, str) and x.startswith("MARK"):
        return f"{prefix}127.0.0.1:{ports[int(x[4:])]}"
    return x


OURS = [sys.executable, "-m", "caddylite.cli.main"]


@contextlib.asynccontextmanager
async def running(
    argv: list[str], seeds: list[int], folder: Path, at: Marks
) -> AsyncIterator[list[Place]]:
    """Run a program with the servers of these seeds."""
    plain, places = config(seeds, str(folder), at)
    home = folder / Path(argv[0]).name
    home.mkdir(exist_ok=True)
    file, log = home / "config.json", home / "log"
    file.write_text(json.dumps(plain))
    env = {"HOME": str(home), "PATH": os.environ["PATH"]}
    if argv is OURS:
        env["PYTHONPATH"] = str(Path(__file__).parents[2])
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*argv, "run", "--config", str(file)], stdout=out, stderr=out, env=env, cwd=home
        )
    try:
        for place in places:
            await _listening(place, process, log)
        yield places
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


async def _listening(place: Place, process: Any, log: Path) -> None:
    for _ in range(400):
        if process.poll() is not None:
            raise AssertionError(f"{process.args} ended: {log.read_text()[-2000:]}")
        if _bound(place):
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"{process.args} does not listen: {log.read_text()[-2000:]}")


def _bound(place: Place) -> bool:
    kind = socket.SOCK_DGRAM if place.datagrams else socket.SOCK_STREAM
    with socket.socket(type=kind) as sock:
        try:
            sock.bind(("127.0.0.1", place.port))
        except OSError:
            return True
    return False


class _Client(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.got: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, addr: Any) -> None:
        if not self.got.done():
            self.got.set_result(data)

    def error_received(self, exc: Exception) -> None:
        pass


async def ask_datagrams(port: int, datagrams: list[bytes]) -> str:
    """Send datagrams; return the mark that answers first."""
    loop = asyncio.get_running_loop()
    transport, client = await loop.create_datagram_endpoint(
        _Client, remote_addr=("127.0.0.1", port)
    )
    try:
        for datagram in datagrams:
            transport.sendto(datagram)
        return (await asyncio.wait_for(client.got, PATIENCE)).decode().strip()
    except TimeoutError:
        return SILENT
    finally:
        transport.close()


async def ask(port: int, data: bytes, cut: str) -> str:
    """Send a stream, cut in this way; return the mark, or what became of the connection."""
    try:
        reader, writer = await asyncio.wait_for(asyncio.open_connection("127.0.0.1", port), 5)
    except (OSError, TimeoutError):
        return "refused"
    try:
        at = {"whole": 0, "halves": len(data) // 2, "first": 1}[cut]
        if at:
            writer.write(data[:at])
            await writer.drain()
            await asyncio.sleep(PAUSE)
        writer.write(data[at:])
        await writer.drain()
        got = await asyncio.wait_for(reader.read(64), PATIENCE)
        return got.decode("latin-1").strip() or CLOSED
    except TimeoutError:
        return SILENT
    except OSError:
        return CLOSED
    finally:
        writer.close()


async def row(place: Place, sent: list[bytes], gate: asyncio.Semaphore) -> tuple[str, ...]:
    """Ask with every cut."""
    async with gate:
        if place.datagrams:
            return (await ask_datagrams(place.port, sent),)
        return tuple([await ask(place.port, sent[0], cut) for cut in CUTS])
