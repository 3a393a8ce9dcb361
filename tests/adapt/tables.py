"""Tables of what is written and what comes of it, made with the real program.

A ``.table`` file holds cases, an empty line between them: the lines of a Caddyfile snippet, then
``=>`` and the JSON of the part that matters, or ``!!`` and the complaint. ``remake.py`` writes the
answers anew with a real Caddy.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from caddylite import gojson
from caddylite.adapt.compile import from_caddyfile
from caddylite.codec import to_plain
from caddylite.errors import ConfigError

TESTS = Path(__file__).parents[1]


@dataclass(frozen=True)
class Kind:
    """Where the tables of a kind are, what a snippet stands in, and what is compared."""

    folder: Path
    around: str
    part: Callable[[Any], Any]

    def file(self, snippet: str) -> str:
        """Return the Caddyfile around a snippet."""
        lines = "\n".join(f"\t{line}" if line else "" for line in snippet.split("\n"))
        return self.around.replace("SNIPPET", lines)

    def answer(self, config_text: str) -> str:
        """Cut what is compared out of a config."""
        return gojson.dumps(self.part(json.loads(config_text)))


def _server(config: Any) -> Any:
    """The server on port 80; only its routes, where it has nothing else."""
    try:
        server = config["apps"]["http"]["servers"]["srv0"]
    except KeyError:
        return config
    return server["routes"] if list(server) == ["listen", "routes"] else server


def _matcher(config: Any) -> Any:
    route = _server(config)[0]
    return route.get("match", route)


KINDS = {
    # directives whose effects go beyond the site's server
    "sites": Kind(TESTS / "adapt/sites", "example.com {\nSNIPPET\n}\n", lambda config: config),
    "directives": Kind(TESTS / "adapt/directives", ":80 {\nSNIPPET\n}\n", _server),
    "matchers": Kind(TESTS / "http/matchers", ":80 {\nSNIPPET\n\trespond @m ok\n}\n", _matcher),
    "options": Kind(
        TESTS / "adapt/options",
        "{\nSNIPPET\n}\n\nexample.com {\n\trespond ok\n\theader A b\n}\n",
        lambda config: config,
    ),
}


@dataclass(frozen=True)
class Case:
    """One case of a table."""

    kind: Kind
    name: str
    snippet: str
    wanted: str

    def __str__(self) -> str:
        return f"{self.name}: {self.snippet.splitlines()[0]}"


def cases(kind: Kind) -> list[Case]:
    """Return the cases of all tables of a kind."""
    out = []
    for path in sorted(kind.folder.glob("*.table")):
        for block in path.read_text().strip("\n").split("\n\n"):
            *lines, wanted = block.split("\n")
            out.append(Case(kind, path.stem, "\n".join(lines), wanted))
    return out


def outcome(case: Case) -> str:
    """Adapt, and write the answer as the tables do."""
    try:
        config, _ = from_caddyfile(case.kind.file(case.snippet))
    except ConfigError as e:
        return f"!! {e}"
    return f"=> {case.kind.answer(gojson.dumps(to_plain(config)))}"
