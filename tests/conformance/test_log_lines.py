"""What ``adapt`` writes to stderr beside the JSON: line for line what the real program writes.

Every ``CADDYLITE_LOG_LINES``-th case is asked (default 6; 1: all of them).
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from caddylite.cli.main import main
from tests.conformance.cases import FOLDER, Case, golden, recorded

_BESIDE_PYTHON = Path(sys.executable).parent / "caddy"
CADDY = shutil.which("caddy") or (str(_BESIDE_PYTHON) if _BESIDE_PYTHON.exists() else None)
pytestmark = [
    pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no cases at {FOLDER}"),
    pytest.mark.skipif(CADDY is None, reason="no caddy program here"),
]
_STEP = int(os.environ.get("CADDYLITE_LOG_LINES", "6"))


def cases() -> list[Case]:
    """The cases that Caddy's standard build reads."""
    every = [*golden("caddy"), *recorded("docs")]
    return [c for c in every if "mock" not in c.text and "dummy" not in c.text][::_STEP]


def records(text: str) -> list[dict[str, Any]]:
    """Read log lines; leave out the time and what is ours."""
    out = []
    for line in text.splitlines():
        record = json.loads(line)
        del record["ts"]
        record.pop("hint", None)
        if record.get("logger") != "caddylite":
            out.append(record)
    return out


@pytest.mark.usefixtures("beside_the_certificates", "bare_environment")
@pytest.mark.parametrize("case", cases(), ids=lambda c: f"{c.group}-{c.name}")
def test_lines(case: Case, capfd: Any) -> None:
    Path("Caddyfile").write_text(case.text)
    argv = ["adapt", "--config", "Caddyfile", "--adapter", "caddyfile"]
    done = subprocess.run([str(CADDY), *argv], capture_output=True, text=True, timeout=60)
    status = 0
    try:
        main(argv)
    except SystemExit as e:
        status = int(e.code or 0)
    got = capfd.readouterr()
    assert records(got.err) == records(done.stderr)
    assert (status, got.out) == (done.returncode, done.stdout)
