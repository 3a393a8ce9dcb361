"""The same clients and upstreams with a real Caddy with layer 4 and with ours: they see the same.

What differs on purpose is named in the scenario, by its row in README's table of departures. The
program is ``CADDY_L4``, else ``CADDY`` if it has layer 4.
"""

import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.differential.behaviour import TABLES
from tests.differential.behaviour.scenario import Playing
from tests.differential.behaviour.stage import OURS, Stage
from tests.differential.test_layer4_routes import CADDY

README = Path(__file__).parents[2] / "README.md"
PROGRAMS = {"caddy": [CADDY or ""], OURS: [sys.executable, "-m", "caddylite.cli.main"]}
ALL = [(group, s) for group, table in TABLES.items() for s in table.scenarios]


class Theatre:
    """Both programs with the config of one table at a time; tests come table by table."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._group = folder, ""
        self._stack = ExitStack()
        self._plays: dict[tuple[str, str], Playing] = {}

    def play(self, group: str, name: str) -> tuple[Any, Any]:
        """Play a scenario with both; return what each makes of it."""
        if group != self._group:
            self.close()
            self._open(group)
        with ThreadPoolExecutor(2) as threads:
            theirs, ours = threads.map(lambda p: self._plays[p, name].result(), PROGRAMS)
        return theirs, ours

    def _open(self, group: str) -> None:
        self._group, self._plays = group, {}
        folder = self._folder / group
        folder.mkdir()
        for name, argv in PROGRAMS.items():
            stage = Stage(name, argv, folder / name)
            scenarios = TABLES[group].scenarios
            self._plays |= {(name, s.name): Playing(s, stage) for s in scenarios}
            self._stack.enter_context(stage.running())

    def close(self) -> None:
        """End both."""
        self._stack.close()


@pytest.fixture(scope="module")
def theatre(tmp_path_factory):
    made = Theatre(tmp_path_factory.mktemp("stages"))
    yield made
    made.close()


@pytest.mark.skipif(CADDY is None, reason="no Caddy with layer 4 (CADDY_L4 or CADDY names none)")
@pytest.mark.filterwarnings("ignore:.*TLSv1:DeprecationWarning")
@pytest.mark.timeout(120)
@pytest.mark.parametrize(("group", "scenario"), ALL, ids=[f"{g}-{s.name}" for g, s in ALL])
def test_clients_and_upstreams_see_the_same(theatre, group, scenario):
    theirs, ours = theatre.play(group, scenario.name)
    if scenario.departs:
        assert ours == scenario.ours
        assert theirs != ours
    else:
        assert ours == theirs, f"\nCaddy      {theirs}\ncaddylite  {ours}"


def test_departures_are_in_the_readme():
    rows = README.read_text()
    named = {s.departs for _, s in ALL if s.departs}
    assert not [row for row in named if f"| {row} |" not in rows]
