"""Where the cases are, how one is run, and how a difference is shown."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

from caddylite import gojson
from caddylite.adapt.compile import from_caddyfile
from caddylite.codec import to_plain
from caddylite.errors import ConfigError

_BESIDE = Path(__file__).parents[2].parent / "shared" / "conformance"
FOLDER = Path(os.environ.get("CADDYLITE_CONFORMANCE") or _BESIDE)


@dataclass(frozen=True)
class Case:
    """An input and what is wanted: JSON, or a message (or a part of it)."""

    group: str
    name: str
    text: str
    wanted: str
    fails: bool
    file: str = "Caddyfile"

    def __str__(self) -> str:
        return self.name


def golden(group: str) -> Iterator[Case]:
    """Yield the cases of a folder of Caddy's own form: input, a line of dashes, output."""
    folder = FOLDER / group
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        before, _, after = path.read_text().partition("----------")
        wanted = after.strip()
        yield Case(group, path.stem, before.strip() + "\n", wanted, not wanted.startswith("{"))


def recorded(group: str) -> Iterator[Case]:
    """Yield the cases whose output was recorded from the real program."""
    for path in sorted((FOLDER / group).glob("*.caddyfile")):
        for suffix in (".json", ".err"):
            answer = path.with_suffix(suffix)
            if answer.exists():
                wanted = answer.read_text()
                fails = suffix == ".err"
                yield Case(group, path.stem, path.read_text(), wanted, fails, path.name)


def run(case: Case) -> tuple[str, bool]:
    """Adapt; return what comes out, pretty-printed, or the message, and whether it failed."""
    try:
        config, _ = from_caddyfile(case.text, case.file)
    except ConfigError as e:
        return str(e), True
    return gojson.dumps(to_plain(config), pretty=True), False


def difference(wanted: str, got: str) -> str:
    """Show a difference line by line."""
    lines = unified_diff(
        wanted.splitlines(), got.splitlines(), "Caddy", "caddylite", n=6, lineterm=""
    )
    return "\n".join(lines)
