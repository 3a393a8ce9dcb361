"""What two programs make of a Caddyfile."""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from caddylite import gojson
from caddylite.adapt.compile import from_caddyfile
from caddylite.codec import to_plain
from caddylite.errors import ConfigError

#: The environment both of them see.
ENVIRONMENT = {"HOME": "/home/x", "PATH": "/usr/bin:/bin"}


@dataclass(frozen=True)
class Answer:
    """JSON, or the message, and the warnings."""

    output: str
    failed: bool
    warnings: tuple[str, ...] = ()


def find(name: str, variable: str) -> str | None:
    """Return the path of a program: from the environment, beside this Python, or on PATH."""
    beside = Path(sys.executable).parent / name
    given = os.environ.get(variable)
    return given or (str(beside) if beside.exists() else shutil.which(name))


def ask_caddy(program: str, text: str, folder: Path) -> Answer:
    """Let the real one adapt a text."""
    (folder / "Caddyfile").write_text(text)
    done = subprocess.run(
        [program, "adapt", "--config", "Caddyfile", "--adapter", "caddyfile"],
        cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    records = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    warnings = tuple(sorted(r["msg"] for r in records if r["level"] == "warn"))
    if done.returncode:
        errors = [r["msg"] for r in records if r["level"] == "error"]
        return Answer(errors[-1] if errors else done.stderr, True, warnings)
    return Answer(done.stdout.strip(), False, warnings)


def ask_us(text: str) -> Answer:
    """Adapt a text in this process (whose folder and environment must be set)."""
    Path("Caddyfile").write_text(text)
    try:
        config, warnings = from_caddyfile(text, "Caddyfile")
    except ConfigError as e:
        return Answer(str(e), True)
    texts = tuple(sorted(w.text for w in warnings))
    return Answer(gojson.dumps(to_plain(config)).strip(), False, texts)


def accepted(text: str) -> bool:
    """Can we adapt it?"""
    return not ask_us(text).failed


def masked(answer: Answer) -> tuple[str, bool]:
    """Return what is compared: without addresses of Go pointers."""
    return re.sub(r"0xc?[0-9a-f]{6,}", "0x", answer.output), answer.failed
