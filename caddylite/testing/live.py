"""Cases with real sockets: the config runs on loopback, with stand-ins for its upstreams.

The program (caddylite, or a real Caddy with caddy-l4) is started as a process of its own; each
client is sent whole, in two halves and as its first byte and the rest. What answers is compared
with what the trace says. Clients come from 127.0.0.1, whatever their case says.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from caddylite.errors import ConfigError
from caddylite.testing import harness as harnesses
from caddylite.testing.cases import Case, CaseFile, Variant
from caddylite.testing.checking import compiled
from caddylite.testing.clients import Client
from caddylite.testing.harness import Harness
from caddylite.testing.lab import OURS, Lab
from caddylite.testing.stream import WHOLE, Cut

#: Seconds that an answer is waited for, and between two pieces.
_PATIENCE: Final = 0.9
_PAUSE: Final = 0.06
_FIRST_PORT: Final = 21000
#: From here on Linux gives ports to clients.
_EPHEMERAL: Final = 32000
#: Said of a client that no layer-4 routes see: there is nothing to be asked of them.
NOT_TRIED: Final = "not tried: no layer-4 routes are on its way"


def run(file: CaseFile, only: str = "", against: str = "") -> Iterator[tuple[str, str]]:
    """Run the cases; yield each name with what is wrong (empty: nothing), or NOT_TRIED."""
    for variant in file.variants:
        lab = compiled(variant)
        cases = [c for c in file.cases if only.lower() in c.name.lower()]
        yield from _with_program(lab, variant, cases, against)


def _with_program(
    lab: Lab, variant: Variant, cases: list[Case], against: str
) -> Iterator[tuple[str, str]]:
    harness = harnesses.make(lab.config, _free_ports())
    if not harness.places:
        for case in cases:
            yield case.name, NOT_TRIED
        return
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "harness.json"
        config.write_text(json.dumps(harness.plain))
        command = [against] if against else [sys.executable, "-m", "caddylite.cli.main"]
        with open(Path(folder) / "log", "wb") as log:
            process = subprocess.Popen(
                [*command, "run", "--config", str(config)],
                stdout=log, stderr=log, cwd=folder,
                env={**os.environ, **variant.env, "HOME": folder},
            )  # fmt: skip
            try:
                answers = asyncio.run(_probe_all(lab, harness, cases))
            except TimeoutError:
                said = (Path(folder) / "log").read_text(errors="replace")[-500:]
                raise ConfigError(f"{against or 'caddylite'} did not start: {said}") from None
            finally:
                process.terminate()
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
        yield from answers


def _free_ports() -> int:
    """Return a port from which on a thousand are most likely free.

    Programs that look at the same time begin at different ones.
    """
    import socket

    quiet = deque(range(_FIRST_PORT, _EPHEMERAL, 1000))
    quiet.rotate(os.getpid())
    blocks: list[int] = [*quiet, *range(_EPHEMERAL, 60000, 1000)]
    for first in blocks:
        try:
            for port in (first, first + 1, first + 500, first + 501):
                with socket.socket() as s:
                    s.bind(("127.0.0.1", port))
        except OSError:
            continue
        return first
    raise ConfigError("there are no free ports on 127.0.0.1")


async def _probe_all(lab: Lab, harness: Harness, cases: list[Case]) -> list[tuple[str, str]]:
    standins = await _stand_in(harness)
    try:
        for server in harness.servers.values():
            await _up(server["listen"][0])
        quiet = Lab(harness.config)
        return [(case.name, await _probe(lab, quiet, harness, case)) for case in cases]
    finally:
        for standin in standins:
            standin.close()


async def _probe(lab: Lab, quiet: Lab, harness: Harness, case: Case) -> str:
    """Send one client in each way; return what is wrong."""
    server = _server(lab, case, harness)
    if server is None:
        return NOT_TRIED
    client = replace(case.client, remote=("127.0.0.1", 50000), local=None, patience=_PATIENCE)
    expected = quiet.connect(server, client, decide_as=OURS, detail=False)
    wanted = {"pending": "silent"}.get(expected.outcome, "closed")
    if expected.outcome == "proxy":
        wanted = harness.place(int(expected.upstream.rpartition(":")[2]))
    if client.datagrams and wanted == "closed":
        wanted = "silent"
    half = len(client.data) // 2
    cuts = [WHOLE] if client.datagrams else [WHOLE, Cut((half,), _PAUSE), Cut((1,), _PAUSE)]
    for cut in cuts if case.any_cut else cuts[:1]:
        got = await _send(harness, server, client, cut)
        if got != wanted:
            return f"{cut}: expected {wanted}, got {got}"
    return ""


def _server(lab: Lab, case: Case, harness: Harness) -> str | None:
    """Return the route list that the case's listener leads to first."""
    trace = lab.connect(case.listen, case.client)
    for step in trace.steps:
        if step.kind == "routes" and step.where in harness.fronts:
            return step.where
    return None


async def _send(harness: Harness, server: str, client: Client, cut: Cut) -> str:
    port = harness.fronts[server]
    try:
        if client.datagrams:
            got = await _datagrams(port, client)
        else:
            got = await _stream(port, client.data, cut)
    except TimeoutError:
        return "silent"
    except OSError:
        return "closed"
    word = got.split(b"\n")[0]
    if not got:
        return "closed"
    return harness.places[int(word[1:])][0] if word[1:].isdigit() else repr(got)


async def _stream(port: int, data: bytes, cut: Cut) -> bytes:
    reader, writer = await asyncio.wait_for(asyncio.open_connection("127.0.0.1", port), 5)
    try:
        start = 0
        for end in (*(a for a in cut.at if 0 < a < len(data)), len(data)):
            if start:
                await asyncio.sleep(cut.pause)
            writer.write(data[start:end])
            await writer.drain()
            start = end
        return await asyncio.wait_for(reader.read(64), _PATIENCE)
    finally:
        writer.close()


class _Datagrams(asyncio.DatagramProtocol):
    """A client, or (with a number) a stand-in that answers with it."""

    def __init__(self, number: int = -1) -> None:
        self.number = number
        self.got: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer, or keep the answer."""
        if self.number >= 0:
            self.transport.sendto(b"M%d\n" % self.number, addr)  # type: ignore[attr-defined]
        elif not self.got.done():
            self.got.set_result(data)


async def _datagrams(port: int, client: Client) -> bytes:
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_datagram_endpoint(
        _Datagrams, remote_addr=("127.0.0.1", port)
    )
    try:
        for datagram in client.datagrams:
            transport.sendto(datagram)
        return await asyncio.wait_for(protocol.got, _PATIENCE)
    finally:
        transport.close()


async def _stand_in(harness: Harness) -> list[asyncio.AbstractServer | asyncio.BaseTransport]:
    """Open the stand-ins; each answers with its number."""
    out: list[asyncio.AbstractServer | asyncio.BaseTransport] = []
    loop = asyncio.get_running_loop()
    for number, (_, udp) in enumerate(harness.places):
        address = "127.0.0.1", harness.first_port + number
        if udp:
            transport, _ = await loop.create_datagram_endpoint(
                lambda number=number: _Datagrams(number),  # type: ignore[misc]
                address,
            )
            out.append(transport)
        else:
            out.append(await asyncio.start_server(_answer(number), *address))
    return out


def _answer(number: int):  # type: ignore[no-untyped-def]  # noqa: ANN202 what start_server takes
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(b"M%d\n" % number)
            await writer.drain()
            await asyncio.wait_for(reader.read(), 5)
        except (OSError, TimeoutError, asyncio.CancelledError):
            pass  # the client has gone, or all is over
        finally:
            writer.close()

    return serve


async def _up(listen: str) -> None:
    """Wait until a server accepts connections; TimeoutError after ten seconds."""
    if listen.startswith("udp"):
        await asyncio.sleep(0.5)
        return
    port = int(listen.rpartition(":")[2])
    for _ in range(200):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return
    raise TimeoutError
