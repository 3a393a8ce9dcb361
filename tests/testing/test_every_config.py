"""Every config of the conformance folder is explained and tested, with nothing opened."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("CADDYLITE_CONFORMANCE") or "../shared/conformance").resolve()
SAMPLES = Path("sample_configs").resolve()

#: Runs in a process of its own, where opening or looking up anything is an error.
SCRIPT = """
import re, sys, tempfile
from pathlib import Path

def no_sockets(event, args):
    if event.startswith("socket.") and event not in ("socket.gethostname",):
        raise RuntimeError(f"{event} {args}")

sys.addaudithook(no_sockets)
from caddylite.errors import ConfigError
from caddylite.testing import cases, checking, render, writing
from caddylite.testing.clients import parse
from caddylite.testing.diffing import compare
from caddylite.testing.lab import Lab

folder = Path(tempfile.mkdtemp())
count = bad = 0
for name in sys.argv[1:]:
    text = Path(name).read_text().partition("\\n----------\\n")[0]
    try:
        lab = Lab.from_text(text, "Caddyfile" if "json-config" not in name else "config.json")
    except ConfigError:
        continue
    count += 1
    for listener in lab.listeners:
        for words in ("tls sni=www.example.com", "http www.example.com", "ssh", "silent"):
            trace = lab.follow(listener, parse(words))
            render.to_text(trace), render.to_json(trace)
    written = writing.write(lab, "x")
    config = folder / ("config.json" if "json-config" in name else "Caddyfile")
    config.write_text(text)
    file = cases.parse_text(written.replace("config: x", f"config: {config.name}"), folder / "t")
    for r in checking.run(file, both=True):
        if r.differences:
            bad += 1
            print(name, r.name, r.differences)
    if list(compare(lab, lab)):
        bad += 1
        print(name, "differs from itself")
heavy = sorted({"twisted", "OpenSSL", "httptools"} & set(sys.modules))
print(f"configs={count} bad={bad} heavy={heavy}")
"""


def run(files: list[Path]) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *map(str, files)],
        capture_output=True, text=True, check=False, cwd="/",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    lines = done.stdout.strip().splitlines()
    assert lines[-1].endswith("bad=0 heavy=[]"), done.stdout[-4000:]
    return int(lines[-1].split()[0].partition("=")[2]), done.stdout


@pytest.mark.parametrize(
    ("folder", "at_least"),
    [("layer4", 55), ("caddy-l4", 38)],
)
def test_configs_from_elsewhere(folder, at_least):
    files = sorted(
        p for p in (SHARED / folder).glob("*")
        if p.suffix in (".caddyfile", ".json-config", ".caddytest")
    )  # fmt: skip
    if not files:
        pytest.skip(f"no {SHARED / folder}")
    assert run(files)[0] >= at_least


def test_our_samples():
    files = sorted(SAMPLES.rglob("*.caddyfile")) or sorted(SAMPLES.rglob("*Caddyfile*"))
    assert run(files)[0] >= 1
