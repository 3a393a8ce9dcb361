"""The same clients and upstreams with a real Caddy with layer 4 and with ours: they see the same.

What differs on purpose is named in the scenario, by its row in README's table of departures. The
program is ``CADDY_L4``, else ``CADDY`` if it has layer 4.
"""

import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.differential.behaviour import TABLES
from tests.differential.behaviour.scenario import Playing
from tests.differential.behaviour.stage import OURS, Stage
from tests.differential.test_layer4_routes import CADDY

pytestmark = pytest.mark.skipif(
    CADDY is None, reason="no Caddy with layer 4 (CADDY_L4 or CADDY names none)"
)

README = Path(__file__).parents[2] / "README.md"
PROGRAMS = {"caddy": [CADDY or ""], OURS: [sys.executable, "-m", "caddylite.cli.main"]}
ALL = [(group, s) for group, table in TABLES.items() for s in table.scenarios]


@pytest.fixture(scope="module")
def plays(request, tmp_path_factory):
    """Both programs, running with the config of a table; the plays by program and scenario."""
    folder = tmp_path_factory.mktemp(request.param)
    with ExitStack() as stack:
        out = {}
        for name, argv in PROGRAMS.items():
            stage = Stage(name, argv, folder / name)
            table = TABLES[request.param]
            out |= {(name, s.name): Playing(s, stage) for s in table.scenarios}
            stack.enter_context(stage.running())
        yield out


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    ("plays", "scenario"), ALL, indirect=["plays"], ids=[f"{g}-{s.name}" for g, s in ALL]
)
def test_clients_and_upstreams_see_the_same(plays, scenario):
    with ThreadPoolExecutor(2) as threads:
        theirs, ours = threads.map(
            lambda name: plays[name, scenario.name].result(), ("caddy", OURS)
        )
    if scenario.departs:
        assert ours == scenario.ours
        assert theirs != ours
    else:
        assert ours == theirs, f"\nCaddy      {theirs}\ncaddylite  {ours}"


def test_departures_are_in_the_readme():
    rows = README.read_text()
    named = {s.departs for _, s in ALL if s.departs}
    assert not [row for row in named if f"| {row} |" not in rows]
