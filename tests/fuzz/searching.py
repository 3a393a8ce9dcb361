"""Running atheris, in a process of its own: it instruments what it imports, and ends by exit."""

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parents[2]


def searched(
    target: str, seeds: Iterable[bytes], folder: Path, seconds: float, *options: str
) -> None:
    """Let `by_coverage.py` look for inputs that break a target; complain of what it finds."""
    corpus = folder / "corpus"
    corpus.mkdir()
    for number, data in enumerate(seeds):
        (corpus / str(number)).write_bytes(data)
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests/fuzz/by_coverage.py"), target, *options,
         f"-max_total_time={max(1, int(seconds))}", "-rss_limit_mb=1500", str(corpus)],
        capture_output=True, text=True, errors="replace", cwd=folder, timeout=seconds * 4 + 110,
        env=os.environ | {"PYTHONPATH": str(ROOT)}, check=False,
    )  # fmt: skip
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
