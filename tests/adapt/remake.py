"""Write the answers in the tables anew: ``CADDY=/path/to/caddy python -m tests.adapt.remake``."""

import json
import os
import subprocess
import tempfile
from itertools import groupby
from pathlib import Path

from tests.adapt.tables import KINDS, Case, cases


def real_answer(caddy: str, case: Case) -> str:
    """Ask the real program."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "Caddyfile").write_text(case.kind.file(case.snippet))
        done = subprocess.run(
            [caddy, "adapt", "--config", "Caddyfile"],
            cwd=folder, capture_output=True, text=True, check=False,
        )  # fmt: skip
    if done.returncode == 0:
        return f"=> {case.kind.answer(done.stdout)}"
    last = done.stderr.strip().splitlines()[-1]
    message = json.loads(last)["msg"] if last.startswith("{") else last.removeprefix("Error: ")
    return f"!! {message.removeprefix('adapting config using caddyfile: ')}"


def main() -> None:
    """Remake every table."""
    caddy = os.environ["CADDY"]
    for kind in KINDS.values():
        for name, group in groupby(cases(kind), key=lambda case: case.name):
            blocks = [f"{case.snippet}\n{real_answer(caddy, case)}" for case in group]
            (kind.folder / f"{name}.table").write_text("\n\n".join(blocks) + "\n")


if __name__ == "__main__":
    main()
