"""Who answers whom: 5,815 answers of the real caddy-l4, for our router and its likeness.

The harness of the recording (each handler that needs a partner is a proxy to a backend of its own;
tee is left out) is made here anew, from the configs beside the tables.
"""

import copy
import json
import os
import re
import ssl
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from caddylite.testing.clients import Client
from caddylite.testing.lab import OURS, REAL, Lab
from caddylite.testing.stream import WHOLE, Cut

SHARED = Path(os.environ.get("CADDYLITE_CONFORMANCE") or "../shared/conformance")
FOLDER = SHARED / "layer4"
PARTNER = {"proxy", "tls", "socks5", "postgres_tls", "echo", "close"}
TABLES = sorted(FOLDER.glob("*.truth.tsv"))

pytestmark = pytest.mark.skipif(not TABLES, reason="no ../shared/conformance/layer4")


def recordings() -> dict[str, Client]:
    out = {}
    for file in sorted((SHARED.parent / "fixtures").glob("*.hex")):
        lines = tuple(bytes.fromhex(line) for line in file.read_text().split())
        if "udp" in file.stem or file.stem.startswith(("quic", "wireguard")):
            out[file.stem] = Client(b"".join(lines), network="udp", datagrams=lines)
        else:
            out[file.stem] = Client(b"".join(lines))
    return out


@cache
def hello(name: str, alpn: str = "") -> bytes:
    context = ssl.create_default_context()
    if alpn:
        context.set_alpn_protocols([alpn])
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(incoming, outgoing, server_hostname=name)
    with pytest.raises(ssl.SSLWantReadError):
        tls.do_handshake()
    return outgoing.read()


def named(client: str) -> Client:
    kind, _, rest = client.partition(":")
    name, _, alpn = rest.partition("/")
    if kind == "tls":
        return Client(hello(name, alpn))
    return Client(f"GET / HTTP/1.1\r\nHost: {name}\r\nUser-Agent: t\r\n\r\n".encode())


class Harness:
    """A config whose every handler that keeps a connection is a proxy to a place's own address."""

    def __init__(self, config: dict) -> None:
        self.names: list[str] = []
        servers = {}
        apps = config.get("apps", {})
        for name, server in apps.get("layer4", {}).get("servers", {}).items():
            servers[name] = server.get("listen", []), server
        for name, server in apps.get("http", {}).get("servers", {}).items():
            for wrapper in server.get("listener_wrappers") or []:
                if wrapper.get("wrapper") == "layer4":
                    servers[f"{name}-wrapper"] = ["tcp"], wrapper
        made = {}
        for number, (name, (listen, server)) in enumerate(sorted(servers.items())):
            if any(a.startswith(("unix", "fd")) for a in listen):
                continue
            udp = bool(listen) and all(a.startswith("udp") for a in listen)
            made[name] = {
                "listen": [f"{'udp/' if udp else ''}127.0.0.1:{20000 + number}"],
                "routes": self.routes(server.get("routes"), name),
            }
            if server.get("matching_timeout") is not None:
                made[name]["matching_timeout"] = server["matching_timeout"]
        self.config = {"apps": {"layer4": {"servers": made}}}

    def routes(self, routes: list | None, place: str) -> list:
        out = []
        for i, route in enumerate(copy.deepcopy(routes or [])):
            handlers = []
            for k, handler in enumerate(route.get("handle") or []):
                at = f"{place}/{i}.{k}"
                if handler["handler"] in PARTNER:
                    self.names.append(f"{at}:{handler['handler']}")
                    dial = f"127.0.0.1:{len(self.names)}"
                    handlers.append({"handler": "proxy", "upstreams": [{"dial": [dial]}]})
                    break
                if handler["handler"] == "subroute":
                    handler = {**handler, "routes": self.routes(handler.get("routes"), at)}
                if handler["handler"] != "tee":
                    handlers.append(handler)
            out.append({**route, "handle": handlers})
        return out

    def answer(self, trace) -> str:
        if trace.outcome == "proxy":
            return self.names[int(trace.upstream.rpartition(":")[2]) - 1]
        if trace.client.network == "udp" or trace.outcome == "pending":
            return "silent"  # nobody is told that an association is dropped
        return trace.outcome


def cuts(client: Client) -> list[Cut]:
    if client.network == "udp":
        return [WHOLE]
    return [WHOLE, Cut((len(client.data) // 2,), 0.06), Cut((1,), 0.06)]


def answers(table: Path, decide_as: str) -> list[tuple[str, str, list[str], list[str]]]:
    """Return client, server, what was recorded, and what we say, for each row."""
    ident = table.name.partition(".")[0]
    source = next(p for p in (FOLDER / f"{ident}.json", FOLDER / f"{ident}.json-config")
                  if p.exists())  # fmt: skip
    harness = Harness(json.loads(source.read_text()))
    lab = Lab.from_text(json.dumps(harness.config), "harness.json")
    known = recordings()
    out = []
    for line in table.read_text().splitlines():
        label, server, *recorded = line.split("\t")
        client = known.get(label) or named(label)
        patience = 1.2 if client.network == "udp" else 0.9
        client = replace(client, remote=("127.0.0.1", 50000), patience=patience)
        said = [
            harness.answer(lab.connect(server, client, cut=c, decide_as=decide_as, detail=False))
            for c in cuts(client)
        ]
        out.append((label, server, recorded, said))
    return out


def test_all_of_it_is_there():
    rows = [line.split("\t")[2:] for t in TABLES for line in t.read_text().splitlines()]
    assert sum(map(len, rows)) == 5815
    assert sum(len(set(row)) > 1 for row in rows) == 24


@pytest.mark.parametrize("table", TABLES, ids=lambda t: t.name.partition(".")[0])
def test_our_router_gives_the_right_answer_for_every_cut(table):
    """What was recorded for the whole bytes; where that waited, any answer may come earlier."""
    wrong = [
        (label, server, recorded, said)
        for label, server, recorded, said in answers(table, OURS)
        if any(recorded[0] not in ("silent", a) for a in said) or len(set(said)) > 1
    ]
    assert not wrong


@pytest.mark.parametrize("table", TABLES, ids=lambda t: t.name.partition(".")[0])
def test_the_likeness_of_caddy_l4_gives_its_answers(table):
    wrong = [row for row in answers(table, REAL) if row[2] != row[3]]
    assert not wrong


def test_a_name_in_a_table_is_one_that_can_be_made():
    for table in TABLES:
        for line in table.read_text().splitlines():
            label = line.split("\t")[0]
            assert label in recordings() or re.match(r"(tls|http):[a-zA-Z0-9.-]+", label)
