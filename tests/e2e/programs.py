"""Starting and stopping the programs of an end-to-end test; every one is ended by its pid."""

import contextlib
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

STARTED = "serving initial configuration"


def need(program: str, package: str = "") -> str:
    """Return the program's path, or skip with the reason."""
    path = shutil.which(program) or shutil.which(program, path="/usr/sbin:/sbin:/usr/local/sbin")
    if path is None:
        pytest.skip(f"{program} is not installed (apt-get install {package or program})")
    return path


def free_port() -> int:
    """Return a TCP port that nobody holds on 127.0.0.1."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


class Program:
    """A running program whose output is kept in a file."""

    def __init__(
        self, argv: list[str], log: Path, env: dict[str, str] | None = None, cwd=None, fds=()
    ):
        self.log = log
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env=env,
                cwd=cwd,
                pass_fds=fds,
                start_new_session=True,
            )

    @property
    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def wait_for(self, words: str, seconds: float = 20) -> None:
        """Wait until the program has said something."""
        end = time.monotonic() + seconds
        while words not in self.output:
            if self.process.poll() is not None:
                pytest.fail(f"{self.process.args} ended: {self.output[-3000:]}")
            if time.monotonic() > end:
                pytest.fail(f"{self.process.args} did not say {words!r}: {self.output[-3000:]}")
            select.select([], [], [], 0.02)

    def wait_port(self, port: int, seconds: float = 20, host: str = "127.0.0.1") -> None:
        """Wait until somebody listens there."""
        end = time.monotonic() + seconds
        while True:
            with socket.socket() as s:
                s.settimeout(1)
                if s.connect_ex((host, port)) == 0:
                    return
            if self.process.poll() is not None:
                pytest.fail(f"{self.process.args} ended: {self.output[-3000:]}")
            if time.monotonic() > end:
                pytest.fail(f"nothing listens on {port}: {self.output[-3000:]}")
            select.select([], [], [], 0.02)

    def descriptors(self) -> int:
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def stop(self) -> int:
        """End it (SIGTERM to its own group, SIGKILL after a while) and return its status."""
        with contextlib.suppress(ProcessLookupError):
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(10)
            os.killpg(self.process.pid, signal.SIGKILL)
        return self.process.wait()


@contextlib.contextmanager
def running(
    argv: list[str], log: Path, port: int | None = None, env=None, cwd=None, fds=()
) -> Iterator[Program]:
    """Run a program for the length of a block."""
    program = Program(argv, log, env, cwd, fds)
    try:
        if port is not None:
            program.wait_port(port)
        yield program
    finally:
        program.stop()


@contextlib.contextmanager
def caddylite(config: Path, home: Path, env: dict[str, str] | None = None) -> Iterator[Program]:
    """Run ``caddylite run`` on a config until the end of a block, with a home of its own."""
    full = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_CONFIG_HOME": str(home / "config"),
        **(env or {}),
    }
    argv = [sys.executable, "-m", "caddylite.cli.main", "run", "--config", str(config)]
    with running(argv, home / "caddylite.log", env=full, cwd=home) as program:
        program.wait_for(STARTED)
        yield program
    assert "Traceback" not in program.output, program.output[-3000:]


def root_certificate(home: Path) -> Path:
    """Return the internal CA's root certificate of a ``caddylite`` run with this home."""
    (found,) = (home / "data").rglob("root.crt")
    return found
