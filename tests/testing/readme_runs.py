"""The runs of commands in the README: read, made and compared.

A run is an indented line ``$ command``, and what it printed below it; all of them are made in one
folder, a copy of ``sample_configs``, in the order in which they stand. A picture is what the
command in the comment above its fence prints. ``python -m tests.testing.readme_runs`` makes them
all anew and writes them into the README.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
PLUGIN = "caddylite.testing.pytest_plugin"
_INDENT, _PROMPT = "    ", "    $ "
_PICTURE = re.compile(r"<!-- \$ (?P<command>.*) -->\n```mermaid\n(?P<printed>.*?)```\n", re.S)
_SECONDS = re.compile(r"\bin \d+\.\d\ds\b")


@dataclass(frozen=True, slots=True)
class Run:
    """A command, and what the README says that it prints (without trailing blanks)."""

    line: int
    command: str
    printed: str


def runs(text: str) -> Iterator[Run]:
    """Yield the runs of a README, in their order."""
    found = [*_indented(text), *_pictures(text)]
    yield from sorted(found, key=lambda run: run.line)


def _indented(text: str) -> Iterator[Run]:
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if line.startswith(_PROMPT):
            end = _end(lines, number + 1)
            printed = "\n".join(x.removeprefix(_INDENT) for x in lines[number + 1 : end])
            yield Run(number + 1, line.removeprefix(_PROMPT), printed)


def _end(lines: list[str], start: int) -> int:
    """Return where the output that begins at a line ends; blank lines may be inside it."""
    end = at = start
    while at < len(lines) and (not lines[at] or lines[at].startswith(_INDENT)):
        if lines[at].startswith(_PROMPT):
            break
        at += 1
        if lines[at - 1]:
            end = at
    return end


def _pictures(text: str) -> Iterator[Run]:
    for found in _PICTURE.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        yield Run(line, found["command"], tidy(found["printed"]))


def tidy(printed: str) -> str:
    """Leave out what differs each time, and blanks at the ends of lines."""
    lines = [line.rstrip() for line in printed.rstrip().split("\n")]
    return _SECONDS.sub("in 0.10s", "\n".join(lines))


class Kitchen:
    """A folder in which commands are run as a reader of the README would run them."""

    def __init__(self, folder: Path) -> None:
        self.here, self.programs = folder / "sample_configs", folder / "bin"
        shutil.copytree(ROOT / "sample_configs", self.here)
        self.programs.mkdir()
        self._program("caddylite", "caddylite.cli.main")
        self._program(
            "pytest", f"pytest -p no:cacheprovider {'' if _installed() else '-p ' + PLUGIN}"
        )

    def _program(self, name: str, module: str) -> None:
        file = self.programs / name
        file.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m {module} "$@"\n')
        file.chmod(0o755)

    def run(self, command: str) -> str:
        """Return what a command prints."""
        done = subprocess.run(
            command, shell=True, cwd=self.here, text=True, check=False, timeout=100,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
            env=self._environment(),
        )  # fmt: skip
        return tidy(done.stdout)

    def _environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if k in ("HOME", "LANG", "TMPDIR", "CADDY_L4")}
        path = os.pathsep.join([str(self.programs), os.environ.get("PATH", os.defpath)])
        return kept | {"PATH": path, "PYTHONPATH": str(ROOT), "COLUMNS": "80"}


def _installed() -> bool:
    from importlib.metadata import entry_points

    return any(e.value == PLUGIN for e in entry_points(group="pytest11"))


def needs_caddy(command: str) -> bool:
    """Does a command run a real Caddy?"""
    return "$CADDY_L4" in command


def needs_pygls(command: str) -> bool:
    """Does a command run the language server?"""
    return "editor.py" in command


def made_anew(text: str, make: Callable[[Run], str]) -> str:
    """Return a README's text with what ``make`` prints for each run."""
    lines = text.split("\n")
    for run in reversed([*_indented(text)]):
        printed = make(run)
        shown = [(_INDENT + line).rstrip() for line in printed.split("\n")] if printed else []
        lines[run.line : _end(lines, run.line)] = shown
    pictures = {run.command: make(run) for run in _pictures(text)}
    return _PICTURE.sub(
        lambda found: (
            f"<!-- $ {found['command']} -->\n```mermaid\n{pictures[found['command']]}\n```\n"
        ),
        "\n".join(lines),
    )


def main() -> None:
    """Make every run, and write what comes into the README."""
    import tempfile

    text = README.read_text()
    with tempfile.TemporaryDirectory() as folder:
        kitchen = Kitchen(Path(folder))
        printed = {
            run: run.printed
            if needs_caddy(run.command) and not os.environ.get("CADDY_L4")
            else kitchen.run(run.command)
            for run in runs(text)
        }
    README.write_text(made_anew(text, printed.__getitem__))


if __name__ == "__main__":
    main()
