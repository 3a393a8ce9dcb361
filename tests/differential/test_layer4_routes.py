"""The same bytes into a real Caddy with layer 4 and into ours: the same upstream is reached.

Route lists are made over all matchers and their options (seeded), and every recorded client goes
through each, whole and cut. ``CADDYLITE_LISTS`` says how many lists (10 if not said; 300 take
minutes), ``CADDYLITE_LISTS_FROM`` the first seed. The program is ``CADDY_L4``, else ``CADDY`` if
it has layer 4.

Where the real one waits without an answer, any answer of ours may come earlier. Where its answer
changes with the cut, ours must be the same for every cut. What else may differ is the order of
routes that still wait (README, departures): there ``caddylite.testing`` must say of both programs
what they said, from the same routes and bytes.
"""

import asyncio
import json
import os
import subprocess
import time
from pathlib import Path

import pytest

from caddylite.testing.clients import Client
from caddylite.testing.lab import OURS as OUR_ROUTER
from caddylite.testing.lab import REAL, Lab
from tests.differential.layer4_lists import make
from tests.differential.layer4_probes import (
    AT_ONCE,
    CLOSED,
    OURS,
    PATIENCE,
    SILENT,
    Marks,
    Place,
    clients,
    marked,
    marks,
    row,
    running,
)
from tests.differential.oracle import find

#: Recorded clients that our matchers know and caddy-l4's do not: an XML declaration first.
DEPARTURES = ("xmpp_gosendxmpp",)
LISTS = int(os.environ.get("CADDYLITE_LISTS", "10"))
FIRST = int(os.environ.get("CADDYLITE_LISTS_FROM", "0"))
CHUNK = 10
CHUNKS = [
    list(range(s, min(s + CHUNK, FIRST + LISTS))) for s in range(FIRST, FIRST + LISTS, CHUNK)
]


def _with_layer4(program: str | None) -> str | None:
    if program is None:
        return None
    done = subprocess.run([program, "list-modules"], capture_output=True, text=True, check=False)
    return program if "layer4.matchers.tls" in done.stdout else None


CADDY = _with_layer4(os.environ.get("CADDY_L4") or find("caddy", "CADDY"))

pytestmark = pytest.mark.skipif(
    CADDY is None, reason="no Caddy with layer 4 (CADDY_L4 or CADDY names none)"
)


def agree(theirs: tuple[str, ...], ours: tuple[str, ...]) -> bool:
    """Is ours right, by what the real one said?"""
    if len(set(ours)) > 1 and not (len(set(theirs)) == 1 and theirs[0] == SILENT):
        return False
    if len(set(theirs)) > 1 or theirs[0] == SILENT:
        return True
    return ours == theirs


class Likeness:
    """What the tester of configs says of both programs, for one server."""

    def __init__(self, place: Place, folder: str) -> None:
        prefix = "udp/" if place.datagrams else ""
        routes = marked(make(place.seed, folder, place.datagrams), prefix, list(range(3000, 3100)))
        server = {"listen": [f"{prefix}127.0.0.1:999"], "routes": routes}
        config = {"apps": {"layer4": {"servers": {"x": server}}}}
        self._lab = Lab.from_text(json.dumps(config), "likeness.json")
        self._datagrams = place.datagrams

    def says(self, sent: list[bytes], who: str) -> str:
        client = Client(
            b"".join(sent), remote=("127.0.0.1", 50000), patience=PATIENCE, time=time.time(),
            network="udp" if self._datagrams else "tcp",
            datagrams=tuple(sent) if self._datagrams else (),
        )  # fmt: skip
        trace = self._lab.connect("x", client, decide_as=who, detail=False)
        if trace.outcome == "proxy":
            return f"M{int(trace.upstream.rpartition(':')[2]) - 3000}"
        return SILENT if self._datagrams or trace.outcome == "pending" else CLOSED

    def explains(self, sent: list[bytes], theirs: tuple[str, ...], ours: tuple[str, ...]) -> bool:
        """Is it a difference in the order of routes alone?"""
        if len(set(ours)) > 1:
            return False
        return (self.says(sent, REAL), self.says(sent, OUR_ROUTER)) == (theirs[0], ours[0])


async def compare(seeds: list[int], folder: Path, at: Marks) -> tuple[int, list[str]]:
    """Return how many answers were compared, and the differences."""
    (folder / "ours").write_text("127.0.0.0/8\n")
    (folder / "theirs").write_text("10.0.0.0/8\nnonsense\n")
    assert CADDY is not None
    gate = asyncio.Semaphore(AT_ONCE)
    async with (
        running([CADDY], seeds, folder, at) as theirs,
        running(OURS, seeds, folder, at) as us,
    ):
        asked = [
            (their, our, name, sent)
            for their, our in zip(theirs, us, strict=True)
            for name, sent in clients(our.datagrams)
        ]

        async def both(their: Place, our: Place, sent: list[bytes]) -> tuple[tuple[str, ...], ...]:
            return await asyncio.gather(row(their, sent, gate), row(our, sent, gate))

        answers = await asyncio.gather(*(both(t, o, sent) for t, o, _, sent in asked))
        found = list(zip(asked, answers, strict=True))
        for _ in range(2):  # a busy machine may be late: ask again, with less to do
            found = [(a, said) for a, said in found if not agree(*said) and a[2] not in DEPARTURES]
            again = await asyncio.gather(*(both(t, o, sent) for (t, o, _, sent), _ in found))
            found = [(a, said) for (a, _), said in zip(found, again, strict=True)]
        wrong = [
            f"{our.seed} {'udp' if our.datagrams else 'tcp'} {name}: Caddy {said[0]}, "
            f"caddylite {said[1]}"
            for (_, our, name, sent), said in found
            if not agree(*said) and not Likeness(our, str(folder)).explains(sent, *said)
        ]
    return sum(len(said) for said, _ in answers), wrong


@pytest.mark.timeout(300)
@pytest.mark.parametrize("seeds", CHUNKS, ids=lambda s: f"{s[0]}-{s[-1]}")
def test_the_same_upstream_is_reached(seeds, tmp_path):
    async def main() -> tuple[int, list[str]]:
        async with marks() as at:
            return await compare(seeds, tmp_path, at)

    count, wrong = asyncio.run(main())
    assert count > 100 * len(seeds)
    assert not wrong, "\n".join(wrong)


def test_the_lists_go_over_every_matcher():
    """So that the suite cannot lose one unseen."""
    found: set[str] = set()
    for seed in range(100):
        for datagrams in (False, True):
            for route in make(seed, "", datagrams):
                for matchers in route.get("match", ()):
                    found |= set(matchers)
    assert len(found) == 22, sorted(found)
