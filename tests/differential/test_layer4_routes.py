"""The same bytes into a real Caddy with layer 4 and into ours: the same upstream is reached.

Route lists are made over all matchers and their options (seeded), and every recorded client goes
through each, whole and cut. ``CADDYLITE_LISTS`` says how many lists (10 if not said; 300 take
minutes), ``CADDYLITE_LISTS_FROM`` the first seed. The program is ``CADDY_L4``, else ``CADDY`` if
it has layer 4.

Ours must be the answer of the house's rules, for every cut the same. The real one's must be that
too, or else one that caddy-l4's own rules allow (README, departures): ``layer4_model`` says which
these are, from the same routes and bytes.
"""

import asyncio
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.differential.layer4_clients import Sender, senders
from tests.differential.layer4_matchers import write_files
from tests.differential.layer4_model import Model
from tests.differential.layer4_probes import (
    AT_ONCE,
    OURS,
    Marks,
    Place,
    marks,
    row,
    running,
    write_certificate,
)
from tests.differential.layer4_requests import ENVIRONMENT
from tests.differential.oracle import find

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


@dataclass
class Question:
    """A client at a place, in both programs; what it is to get from ours, by the model."""

    their: Place
    our: Place
    sender: Sender
    model: Model
    theirs: tuple[str, ...] = ()
    ours: tuple[str, ...] = ()

    async def ask(self, gate: asyncio.Semaphore) -> None:
        """Ask both programs, with every cut."""
        self.theirs, self.ours = await asyncio.gather(
            row(self.their, self.sender, gate), row(self.our, self.sender, gate)
        )

    @property
    def wrong(self) -> str:
        """Say what is wrong with the answers; nothing if they are right."""
        wanted = self.model.ours(self.sender)
        if self.ours != wanted or len(set(wanted)) > 1:
            return self._said(f"by the rules {wanted}")
        if self.theirs != self.ours:
            allowed = self.model.theirs(self.sender)
            if any(
                a not in (o, *may) for a, o, may in zip(self.theirs, wanted, allowed, strict=True)
            ):
                return self._said(f"by caddy-l4's rules {[sorted(may) for may in allowed]}")
        return ""

    def _said(self, more: str) -> str:
        kind = "udp" if self.our.datagrams else "tcp"
        return (
            f"{self.our.seed} {kind} {self.sender.name}: Caddy {self.theirs}, caddylite "
            f"{self.ours}; {more}"
        )


async def compare(seeds: list[int], folder: Path, at: Marks) -> tuple[int, list[str]]:
    """Return how many answers were compared, and the differences."""
    write_files(folder)
    write_certificate(folder)
    assert CADDY is not None
    gate = asyncio.Semaphore(AT_ONCE)
    async with (
        running([CADDY], seeds, folder, at) as theirs,
        running(OURS, seeds, folder, at) as us,
    ):
        questions = [
            Question(their, our, sender, model)
            for their, our in zip(theirs, us, strict=True)
            for model in [Model(our, str(folder))]
            for sender in senders(our.datagrams)
        ]
        await asyncio.gather(*(q.ask(gate) for q in questions))
        left = [q for q in questions if q.wrong]
        for _ in range(2):  # a busy machine may be late: ask again, with less to do
            await asyncio.gather(*(q.ask(gate) for q in left))
            left = [q for q in left if q.wrong]
    return sum(len(q.ours) for q in questions), [q.wrong for q in left]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("seeds", CHUNKS, ids=lambda s: f"{s[0]}-{s[-1]}")
def test_the_same_upstream_is_reached(seeds, tmp_path, monkeypatch):
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)

    async def main() -> tuple[int, list[str]]:
        async with marks() as at:
            return await compare(seeds, tmp_path, at)

    count, wrong = asyncio.run(main())
    assert count > 100 * len(seeds)
    assert not wrong, "\n".join(wrong)
