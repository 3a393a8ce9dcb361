"""Every config at hand is linted, drawn and measured, with nothing opened and no Twisted."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SHARED = Path(os.environ.get("CADDYLITE_CONFORMANCE") or ROOT / "../shared/conformance").resolve()

#: Runs in a process of its own, where opening or looking up anything is an error.
SCRIPT = """
import sys, xml.etree.ElementTree as ET
from pathlib import Path

def no_sockets(event, args):
    if event.startswith("socket."):
        raise RuntimeError(f"{event} {args}")

sys.addaudithook(no_sockets)
from caddylite.errors import ConfigError
from caddylite.testing import coverage
from caddylite.testing.clients.spec import parse
from caddylite.testing.doctor import examine
from caddylite.testing.graph import build, dot, mermaid, svg
from caddylite.testing.lab import Lab
from caddylite.testing.lint import lint
from caddylite.testing.lint.output import github, jsons, sarif, text as plain

drawn = 0
for name in sys.argv[1:]:
    text = Path(name).read_text().partition("\\n----------\\n")[0]
    file = "c.json" if name.endswith("json-config") else "Caddyfile"
    found = lint(text, file)
    for write in (github.write, jsons.write, sarif.write):
        write(found)
    plain.write(found, text, file)
    try:
        lab = Lab.from_text(text, file)
    except ConfigError as error:
        assert [f.code for f in found if f.severity == "error"] == ["L4001"], name
        continue
    assert not [f for f in found if f.code == "L4001"], name
    lab.observer = collector = coverage.Collector()
    traces = [lab.follow(k, parse(w)) for k in lab.listeners for w in ("tls a.example", "ssh")]
    for trace in [None, *traces]:
        graph = build(lab, trace)
        assert trace is None or len(graph.path) > 1, (name, trace)
        ET.fromstring(svg.write(graph))
        dot.write(graph), mermaid.write(graph)
    found = coverage.report(lab, collector.seen, text)
    known = {m.point.key for m in found.measured}
    for word in collector.seen:
        key = word.removesuffix(" yes").removesuffix(" no")
        kind = key.split(" ")[0]
        assert key in known or kind in ("site", "set", "fallback"), (name, key)
    try:
        list(examine(lab, "vpn.example.com"))
    except ConfigError:
        pass  # no listener on 443
    drawn += 1
heavy = sorted({"twisted", "OpenSSL", "httptools", "cryptography"} & set(sys.modules))
print(f"drawn={drawn} heavy={heavy}")
"""


def run(files: list[Path]) -> str:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *map(str, files)],
        capture_output=True, text=True, cwd=ROOT, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_samples():
    files = sorted((ROOT / "sample_configs").glob("*.Caddyfile"))
    assert run(files) == f"drawn={len(files)} heavy=[]\n"


@pytest.mark.skipif(not SHARED.is_dir(), reason="no conformance data")
def test_the_conformance_folders():
    kinds = ("layer4/*.caddyfile", "layer4/*-config", "caddy-l4/*test", "docs/*.caddyfile")
    files = [file for kind in kinds for file in sorted(SHARED.glob(kind))]
    said = run(files)
    assert len(files) > 280
    assert said.endswith("heavy=[]\n")
    assert int(said.split()[0].removeprefix("drawn=")) > 260
