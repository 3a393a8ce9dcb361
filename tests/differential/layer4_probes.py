"""Many layer-4 servers in one process of a program, and the servers that they lead to."""

import asyncio
import contextlib
import json
import os
import random
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from caddylite.testing.ocserv import self_signed
from tests.differential.layer4_clients import CUTS, Sender, ask, ask_datagrams
from tests.differential.layer4_lists import MARKS, SINK, make
from tests.differential.layer4_requests import ENVIRONMENT

AT_ONCE = 96


@dataclass
class Marks:
    """The ports of servers that the routes lead to: each says its number, the last nothing."""

    tcp: list[int] = field(default_factory=list)
    udp: list[int] = field(default_factory=list)

    def of(self, mark: str, datagrams: bool) -> int:
        """Return the port that a mark in a list stands for."""
        return (self.udp if datagrams else self.tcp)[-1 if mark == SINK else int(mark[4:])]


@contextlib.asynccontextmanager
async def marks() -> AsyncIterator[Marks]:
    """Run them in this process."""
    loop = asyncio.get_running_loop()
    out, closing = Marks(), []
    for answer in [*(b"M%d\n" % number for number in range(MARKS)), b""]:

        async def serve(reader: Any, writer: Any, answer: bytes = answer) -> None:
            with contextlib.suppress(OSError, TimeoutError, asyncio.CancelledError):
                writer.write(answer)
                await writer.drain()
                await asyncio.wait_for(reader.read(), 5)
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=512)
        out.tcp.append(server.sockets[0].getsockname()[1])
        transport, _ = await loop.create_datagram_endpoint(
            lambda answer=answer: _Mark(answer), ("127.0.0.1", 0)
        )
        out.udp.append(transport.get_extra_info("sockname")[1])
        closing += [server, transport]
    try:
        yield out
    finally:
        for one in closing:
            one.close()


class _Mark(asyncio.DatagramProtocol):
    def __init__(self, answer: bytes) -> None:
        self.answer = answer

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        if self.answer:
            self.transport.sendto(self.answer, addr)


def free_ports(count: int) -> list[int]:
    """Return ports that are free for TCP and UDP, below those that clients are given."""
    out: list[int] = []
    for port in random.sample(range(20000, 32000), 12000):
        if len(out) == count:
            break
        stream, datagrams = socket.socket(), socket.socket(type=socket.SOCK_DGRAM)
        with contextlib.suppress(OSError), stream, datagrams:
            stream.bind(("127.0.0.1", port))
            datagrams.bind(("127.0.0.1", port))
            out.append(port)
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
            servers[f"{seed}{'u' if datagrams else 't'}"] = server(place, folder, at)
    return {
        "admin": {"disabled": True},
        "logging": {"logs": {"default": {"level": "FATAL"}}},
        "apps": {"layer4": {"servers": servers}, "tls": certificate(folder)},
    }, places


def server(place: Place, folder: str, at: Marks) -> dict[str, Any]:
    """Return a place's server, with addresses where its list has marks."""
    prefix = "udp/" if place.datagrams else ""

    def marked(x: Any) -> Any:
        if isinstance(x, dict):
            return {k: marked(v) for k, v in x.items()}
        if isinstance(x, list):
            return [marked(v) for v in x]
        if isinstance(x, str) and x.startswith(("MARK", SINK)):
            return f"{prefix}127.0.0.1:{at.of(x, place.datagrams)}"
        return x

    return {
        "listen": [f"{prefix}127.0.0.1:{place.port}"],
        "routes": marked(make(place.seed, folder, place.datagrams)),
    }


def certificate(folder: str) -> dict[str, Any]:
    """Return the TLS app, with the one certificate that there is."""
    file = {"certificate": f"{folder}/certificate.pem", "key": f"{folder}/key.pem"}
    return {"certificates": {"load_files": [file]}}


def write_certificate(folder: Path) -> None:
    """Make it, for localhost."""
    certificate, key = self_signed("localhost")
    (folder / "certificate.pem").write_bytes(certificate)
    (folder / "key.pem").write_bytes(key)


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
    env = {"HOME": str(home), "PATH": os.environ["PATH"], **ENVIRONMENT}
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


async def row(place: Place, sender: Sender, gate: asyncio.Semaphore) -> tuple[str, ...]:
    """Ask with every cut."""
    async with gate:
        if place.datagrams:
            return (await ask_datagrams(place.port, sender.sent),)
        return tuple([await ask(place.port, sender, cut) for cut in CUTS])
