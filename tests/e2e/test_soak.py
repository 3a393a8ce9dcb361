"""Twenty thousand connections with random kills on either side: nothing is left behind."""

import asyncio
import random
import select
import socket
import struct
import time
from pathlib import Path

from tests.e2e.programs import Program, caddylite, free_port

CONNECTIONS, AT_ONCE, WARM_UP = 20_000, 64, 4_000
RESET = struct.pack("ii", 1, 0)
CONFIG = """{{
	admin off
	layer4 {{
		127.0.0.1:{port} {{
			@a {{
				not ssh
			}}
			route @a {{
				proxy 127.0.0.1:{backend}
			}}
			route {{
				echo
			}}
		}}
	}}
}}
"""


def _kill(writer: asyncio.StreamWriter) -> None:
    """Reset the connection instead of closing it."""
    sock = writer.get_extra_info("socket")
    if sock is not None and sock.fileno() >= 0:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    writer.transport.abort()


async def _backend(chance: random.Random, reader, writer) -> None:
    try:
        while data := await reader.read(65536):
            fate = chance.random()
            if fate < 0.1:
                return _kill(writer)
            if fate < 0.2:
                break
            writer.write(data * (1 if fate < 0.9 else 50))
            await writer.drain()
    except (OSError, asyncio.CancelledError):
        pass
    finally:
        writer.close()


async def _client(chance: random.Random, port: int) -> None:
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return
    try:
        for _ in range(chance.randrange(1, 4)):
            first = b"SSH-2.0-x\r\n" if chance.random() < 0.2 else b"x" * chance.randrange(1, 3000)
            writer.write(first)
            fate = chance.random()
            if fate < 0.15:
                return _kill(writer)
            if fate < 0.3:
                writer.write_eof()
            if fate < 0.25:
                return
            await asyncio.wait_for(reader.read(4096), 5)
            if fate < 0.3:
                return
    except (OSError, TimeoutError):
        pass
    finally:
        writer.close()


async def _storm(port: int, backend_port: int, count: int, seed: int) -> None:
    chance = random.Random(seed)
    server = await asyncio.start_server(
        lambda r, w: _backend(chance, r, w), "127.0.0.1", backend_port
    )
    gate = asyncio.Semaphore(AT_ONCE)

    async def one() -> None:
        async with gate:
            await _client(chance, port)

    async with server:
        for _ in range(count // 500):
            await asyncio.gather(*(one() for _ in range(500)))


def _memory(program: Program) -> int:
    """Resident memory in bytes."""
    for line in Path(f"/proc/{program.process.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no VmRSS")


def _settle(program: Program, wanted: int) -> int:
    """Wait until the descriptors are back; return how many there are."""
    end = time.monotonic() + 20  # unused pipes are closed after two sweeps
    while program.descriptors() > wanted and time.monotonic() < end:
        select.select([], [], [], 0.05)
    return program.descriptors()


def test_nothing_is_left_behind(tmp_path):
    port, backend = free_port(), free_port()
    config = tmp_path / "Caddyfile"
    config.write_text(CONFIG.format(port=port, backend=backend))
    with caddylite(config, tmp_path) as program:
        before = program.descriptors()
        asyncio.run(_storm(port, backend, WARM_UP, 1))  # pools and caches fill once
        _settle(program, before)
        memory = _memory(program)
        asyncio.run(_storm(port, backend, CONNECTIONS, 2))
        after = _settle(program, before)
        grown = _memory(program) - memory
        print(f"descriptors {before}, {after}; memory grown by {grown >> 10} KiB")
        assert after == before
        assert grown < 5 * 1024 * 1024
        with socket.create_connection(("127.0.0.1", port), timeout=5) as s:
            s.sendall(b"SSH-2.0-still here\r\n")
            assert s.recv(100) == b"SSH-2.0-still here\r\n"
