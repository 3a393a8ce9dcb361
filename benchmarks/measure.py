"""What the benchmarks share: CPU time of whole processes, medians, tables, where the peers are."""

import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
CADDYLITE = [sys.executable, "-m", "caddylite.cli.main"]


def tool(name: str, variable: str = "") -> str | None:
    """Return a program's path: from an environment variable, beside this Python, or on PATH."""
    given = os.environ.get(variable, "") if variable else ""
    beside = Path(sys.executable).parent / name
    return given or (str(beside) if beside.exists() else shutil.which(name))


def caddylite() -> list[str]:
    """Return the command to run: the installed script, else the module."""
    script = Path(sys.executable).parent / "caddylite"
    return [str(script)] if script.exists() else CADDYLITE


def cpu_of(argv: list[str], cwd: str | None = None, env: dict[str, str] | None = None) -> float:
    """Run a command to its end; return the CPU seconds (user and system) it took."""
    before = os.times()
    subprocess.run(
        argv, cwd=cwd, env=env, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    after = os.times()
    return (after.children_user + after.children_system) - (
        before.children_user + before.children_system
    )


def process_cpu(pid: int) -> float:
    """Return the CPU seconds a running process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def median(measure: Callable[[], float], rounds: int) -> float:
    """Return the median of some rounds of a measurement."""
    return statistics.median(measure() for _ in range(rounds))


def wait_until(what: Callable[[], bool], seconds: float = 20) -> None:
    """Poll until it is so; RuntimeError if it is not in time."""
    end = time.monotonic() + seconds
    while not what():
        if time.monotonic() > end:
            raise RuntimeError("it did not happen in time")
        time.sleep(0.02)


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """Print a Markdown table."""
    head = list(head)
    print("| " + " | ".join(head) + " |")
    print("|" + "---|" * len(head))
    for row in rows:
        print("| " + " | ".join(str(c) for c in row) + " |", flush=True)
