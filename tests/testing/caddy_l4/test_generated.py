"""Route lists made at random: the likeness of caddy-l4 against the program itself.

Needs ``$CADDY_L4``, a Caddy with caddy-l4 at 42db569; ``$CADDY_L4_CONFIGS`` says how many (40).
All the lists are servers of one process.
"""

import asyncio
import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from caddylite.testing import clients, live
from caddylite.testing.harness import make
from caddylite.testing.lab import REAL, Lab
from caddylite.testing.stream import WHOLE, Cut

PROGRAM = os.environ.get("CADDY_L4", "")
COUNT = int(os.environ.get("CADDY_L4_CONFIGS", "40"))
FIRST_PORT = 12000  # below the ports that clients get

pytestmark = pytest.mark.skipif(not PROGRAM, reason="$CADDY_L4 names no Caddy with layer4")

MATCHERS = [
    "tls", "tls sni a.example", "tls sni *.example", "tls alpn h2", "ssh", "http",
    "http host a.example", "xmpp", "postgres", "rdp", "socks4", "socks5", "dns", "winbox",
    "regexp ^SSH 3", "regexp ^GET 40", "regexp ^\\x16 1", "proxy_protocol", "wireguard",
    "not tls", "not ssh", "not http", "not tls sni a.example", "not regexp ^GET 40",
    "remote_ip 127.0.0.0/8", "remote_ip 10.0.0.0/8",
]  # fmt: skip
SAID = [
    "tls sni=a.example", "tls sni=b.example alpn=h2", "tls sni=a.example like=chrome",
    "tls sni=x.test records=3", "ssh", "http a.example", "http b.example path=/longer/path",
    "postgres", "rdp", "socks4", "socks5", "xmpp", "dns network=tcp", "bytes hex=16",
    "bytes text='hello\nworld, this is no protocol at all'", "wireguard",
]  # fmt: skip


def route_list(chance: Random, depth: int = 0) -> str:
    lines = []
    for i in range(chance.randint(1, 4)):
        names = []
        for j in range(chance.choice([0, 1, 1, 1, 2])):
            name = f"@m{i}{j}"
            lines.append(f"{name} {{\n{chance.choice(MATCHERS)}\n}}")
            names.append(name)
        body = chance.choice(["proxy 127.0.0.1:1", "echo", "vars a b", "subroute"])
        if body == "subroute":
            inside = route_list(chance, depth + 1) if depth < 2 else ""
            body = f"subroute {{\n{inside}\n}}" if inside else "close"
        lines.append(f"route {' '.join(names)} {{\n{body}\n}}")
    return "\n".join(lines)


def config(count: int) -> str:
    chance = Random(count)
    servers = "\n".join(f":{40000 + i} {{\n{route_list(chance)}\n}}" for i in range(count))
    return f"{{\nlayer4 {{\n{servers}\n}}\n}}\n"


def test_generated_lists(tmp_path: Path):
    harness = make(Lab.from_text(config(COUNT)).config, FIRST_PORT)
    for number, (name, server) in enumerate(harness.servers.items()):
        harness.fronts[name] = FIRST_PORT + 5000 + number
        server["listen"] = [f"127.0.0.1:{harness.fronts[name]}"]
    (tmp_path / "c.json").write_text(json.dumps(harness.plain))
    with open(tmp_path / "log", "wb") as log:
        process = subprocess.Popen(
            [PROGRAM, "run", "--config", str(tmp_path / "c.json")],
            stdout=log, stderr=log, cwd=tmp_path, env={"HOME": str(tmp_path), "PATH": "/bin"},
        )  # fmt: skip
        try:
            wrong, total = asyncio.run(probe(harness))
        finally:
            process.terminate()
            process.wait(10)
    assert total > COUNT * 20
    assert not wrong, f"{len(wrong)} of {total}: {wrong[:5]}"


async def probe(harness) -> tuple[list, int]:
    standins = await live._stand_in(harness)
    lab, gate = Lab(harness.config), asyncio.Semaphore(48)
    chance = Random(1)
    try:
        for server in harness.servers.values():
            await live._up(server["listen"][0])

        def wanted(name, client, cut):
            trace = lab.connect(name, client, cut=cut, decide_as=REAL, detail=False)
            if trace.outcome == "proxy":
                return harness.place(int(trace.upstream.rpartition(":")[2]))
            return {"pending": "silent"}.get(trace.outcome, "closed")

        async def one(name, words, client, cut, expected):
            async with gate:
                got = await live._send(harness, name, client, cut)
            return None if got == expected else (name, words, str(cut), expected, got)

        tasks = []
        for name in harness.servers:
            for words in chance.sample(SAID, 8):
                client = replace(clients.parse(words), remote=("127.0.0.1", 50000), patience=0.9)
                client = replace(client, datagrams=(), network="tcp")
                size = len(client.data)
                places = {1, size // 2, chance.randrange(1, size + 1)} - {0, size}
                for cut in [WHOLE, *(Cut((at,), 0.06) for at in sorted(places))]:
                    tasks.append(one(name, words, client, cut, wanted(name, client, cut)))
        answers = await asyncio.gather(*tasks)
        return [a for a in answers if a is not None], len(answers)
    finally:
        for standin in standins:
            standin.close()
