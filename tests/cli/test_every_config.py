"""The testing commands on every config at hand, as typed: no crash, nothing opened."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("CADDYLITE_CONFORMANCE") or ROOT / "../shared/conformance").resolve()
KINDS = (".caddyfile", ".Caddyfile", ".json-config", ".caddytest")

#: Runs in a process of its own, where opening or looking up anything is an error.
SCRIPT = """
import io, sys, tempfile
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

def no_sockets(event, args):
    if event.startswith("socket.") or event in ("subprocess.Popen", "os.fork"):
        print(event, args, file=sys.__stderr__)
        raise RuntimeError(event)

sys.addaudithook(no_sockets)
from caddylite.cli.main import main

def run(*words):
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main(list(words))
            status = 0
        except SystemExit as e:
            status = e.code or 0
    said = out.getvalue() + err.getvalue()
    assert status in (0, 1), (words, status)
    assert "has a bug" not in said and "Traceback" not in said, (words, said)
    return status, said

good = 0
for name in sys.argv[1:]:
    folder = Path(tempfile.mkdtemp())
    text = Path(name).read_text(errors="surrogateescape").partition("\\n----------\\n")[0]
    config = folder / ("config.json" if name.endswith("json-config") else "Caddyfile")
    config.write_text(text, errors="surrogateescape")
    cases = str(folder / "x.test.yaml")
    given = ("--config", str(config))
    run("lint", *given)
    drawn, said = run("graph", *given)
    written, more = run("init", "--tests", "-o", cases, *given)
    assert drawn == written, (name, said, more)
    if drawn:  # it does not adapt
        continue
    status, said = run("explain", *given, "tls", "sni=www.example.com")
    assert not status or "listens" in said or "--listen" in said, (name, said)
    status, said = run("test", cases, "--as", "both", "--cov")
    assert " 0 failed" in said, (name, said)
    good += 1
heavy = sorted({"twisted", "OpenSSL", "httptools"} & set(sys.modules))
print(f"good={good} heavy={heavy}")
"""


def adapted(files: list[Path]) -> int:
    """Run the commands on all files; return how many of them adapt."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *map(str, files)],
        capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    assert done.stdout.endswith("heavy=[]\n"), done.stdout
    return int(done.stdout.split()[0].partition("=")[2])


@pytest.mark.parametrize(("folder", "at_least"), [("layer4", 55), ("caddy-l4", 40)])
def test_configs_from_elsewhere(folder, at_least):
    files = sorted(p for p in (SHARED / folder).glob("*") if p.suffix in KINDS)
    if not files:
        pytest.skip(f"no {SHARED / folder}")
    assert adapted(files) >= at_least


def test_our_samples():
    files = sorted(p for p in (ROOT / "sample_configs").iterdir() if p.suffix in KINDS)
    assert adapted(files) == len(files)
