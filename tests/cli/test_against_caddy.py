"""The corners of the command line: status, output, log lines and files as the real program's."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

_BESIDE_PYTHON = Path(sys.executable).parent / "caddy"
CADDY = shutil.which("caddy") or (str(_BESIDE_PYTHON) if _BESIDE_PYTHON.exists() else None)
pytestmark = pytest.mark.skipif(CADDY is None, reason="no caddy program here")

GOOD = ":80 {\n\trespond hi\n}\n"
FILES = {
    "Caddyfile": GOOD,
    "messy": ":80 {\nrespond hi\n}\n",
    "bad": "a.com {\n\tfoo\n}\n",
    "remark": ":80 {\n\treverse_proxy a:1 {\n\t\theader_up X-Forwarded-For {host}\n\t}\n}\n",
    "x.txt": GOOD,
    "Caddyfile.prod": GOOD,
    "site.caddyfile": GOOD,
    "dos": ":80 {\r\n\trespond hi\r\n}\r\n",
    "junk": "\x00\x01\x02",
    "zero": "",
    "zero.json": "",
    "c.json": '{"apps":{"http":{}}}',
    "bad.json": "{",
    "CADDYFILE.json": "{}",
    "env": "A=1\n",
    "badenv": "A 1\n",
}
BOTH = [
    "", "extra", "--foo", "-x", "--config", "--config nope", "--config folder",
    "--config=Caddyfile", "-cCaddyfile", "--config Caddyfile/x",
    "--config bad --config Caddyfile", "--config bad",
    "--config bad --adapter caddyfile", "--config messy --adapter caddyfile",
    "--config remark --adapter caddyfile", "--config zero --adapter caddyfile",
    "--config zero.json", "--config c.json", "--config bad.json", "--config x.txt",
    "--config Caddyfile.prod",
    "--config site.caddyfile", "--config CADDYFILE.json", "--config dos --adapter caddyfile",
    "--config junk --adapter caddyfile", "--adapter foo --config Caddyfile",
    "--adapter caddyfile", "--envfile nope", "--envfile badenv", "--envfile env,badenv",
    "--envfile env --config Caddyfile", "--config -", "--config - --adapter caddyfile",
]  # fmt: skip
FMT = [
    "", "Caddyfile", "messy", "nope", "folder", "-", "zero", "junk", "dos", "--overwrite messy",
    "-w Caddyfile", "--diff messy", "-d Caddyfile", "-w -d messy", "-w nope", "-w -", "-d -",
    "a b", "--config messy", "-c messy Caddyfile", "--config -", "--foo", "-- messy",
]  # fmt: skip
LINES = [
    *(f"{command} {rest}".strip() for command in ("adapt", "validate") for rest in BOTH),
    "adapt --pretty", "adapt -p -c Caddyfile", "adapt -pc Caddyfile", "adapt --pretty=false",
    "adapt --validate", "adapt --validate --config bad",
    *(f"fmt {rest}".strip() for rest in FMT),
]  # fmt: skip
#: What Caddy's apps say while they are provisioned, which is not the command's.
_APPS = ("http", "http.auto_https", "tls", "tls.cache.maintenance", "admin", "caddylite")


def outcome(program: list[str], line: str, folder: Path, stdin: str) -> Any:
    """Run a command in a fresh folder; return status, output, log lines and the files after."""
    (folder / "folder").mkdir(parents=True)
    for name, text in FILES.items():
        (folder / name).write_bytes(text.encode())
    done = subprocess.run(
        [*program, *line.split()],
        cwd=folder, capture_output=True, text=True, input=stdin, timeout=60,
        env={"HOME": str(folder.parent), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    said = []
    for text in done.stderr.splitlines():
        record = json.loads(text) if text.startswith("{") else {"msg": text}
        if record.get("logger") not in _APPS:
            said.append({k: v for k, v in record.items() if k not in ("ts", "hint")})
    files = {p.name: p.read_bytes() for p in sorted(folder.iterdir()) if p.is_file()}
    return done.returncode, done.stdout, said, files


@pytest.mark.parametrize("line", LINES)
def test_line(line: str, tmp_path: Path) -> None:
    stdin = FILES["messy"] if line.startswith("fmt") else GOOD
    real = outcome([str(CADDY)], line, tmp_path / "a", stdin)
    ours = outcome([sys.executable, "-m", "caddylite.cli.main"], line, tmp_path / "b", stdin)
    assert ours == real
