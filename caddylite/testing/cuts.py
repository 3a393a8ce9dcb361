"""Every way to cut what a client says: does the decision ever depend on it?

Tried are: all the bytes at once; each cut in two; byte by byte; at record boundaries; and, around
the places where a pause lets another route go first and at record boundaries, cuts in two with a
pause shorter and one longer than ``settle``.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from caddylite.layer4.routing import SETTLE
from caddylite.testing.clients.base import Client, records
from caddylite.testing.lab import OURS, Lab
from caddylite.testing.stream import WHOLE, Cut
from caddylite.testing.trace import Listener, Trace, choose

#: Pauses, in seconds, on both sides of the time after which rule 2 stops waiting.
SHORTER: Final = SETTLE / 2
LONGER: Final = SETTLE * 2


@dataclass(frozen=True, slots=True)
class Segmentation:
    """What came of it: the trace of the whole bytes, and the smallest cut that changes it.

    ``tried`` counts the cuts; ``cut`` and ``other`` are None if none of them changes anything.
    """

    whole: Trace
    tried: int
    cut: Cut | None = None
    other: Trace | None = None

    @property
    def steady(self) -> bool:
        """Is there one decision for every cut?"""
        return self.cut is None

    def __str__(self) -> str:
        if self.cut is None or self.other is None:
            return f"{self.tried} cuts, one decision: {_ending(self.whole)}"
        return f"whole: {_ending(self.whole)}\n{self.cut}: {_ending(self.other)}"


def _ending(trace: Trace) -> str:
    return " ".join(filter(None, (trace.outcome, trace.place, trace.why)))


def try_cuts(
    lab: Lab,
    listen: str,
    client: Client,
    decide_as: str = OURS,
    *,
    whole: Trace | None = None,
    pauses: bool = True,
    everywhere: bool = True,
) -> Segmentation:
    """Decide on a client cut in every way; stop at the first cut that changes the decision.

    Without ``pauses``, or without cuts ``everywhere`` (then only where a pause may matter, which
    is quick), it is some of the ways.
    """
    listener = choose(lab.listeners, listen, client.network)
    if whole is None:
        whole = lab.follow(listener, client, WHOLE, decide_as)
    tried = 1
    for cut in all_cuts(client, whole, pauses=pauses, everywhere=everywhere):
        tried += 1
        other = lab.follow(listener, client, cut, decide_as, detail=False)
        if other.key != whole.key:
            cut = _smallest(lab, listener, client, decide_as, cut, whole)
            other = lab.follow(listener, client, cut, decide_as)
            return Segmentation(whole, tried, cut, other)
    return Segmentation(whole, tried)


def all_cuts(
    client: Client, whole: Trace, *, pauses: bool = True, everywhere: bool = True
) -> Iterator[Cut]:
    """Yield the cuts, the simplest first. Datagrams are not cut."""
    if client.datagrams:
        return
    said = (client.data, client.inner, *client.later)
    for flight, data in enumerate(said[: whole.flights]):
        for at in range(1, len(data) if everywhere else 0):
            yield Cut((at,), flight=flight)
        if len(data) > 2 and everywhere:
            yield Cut(tuple(range(1, len(data))), flight=flight, name="byte by byte")
        boundaries = records(data)
        if len(boundaries) > 1:
            yield Cut(tuple(boundaries), flight=flight, name="at record boundaries")
        if pauses:
            for at in sorted(_telling(whole, flight, data, boundaries)):
                yield Cut((at,), SHORTER, flight)
                yield Cut((at,), LONGER, flight)


def _telling(whole: Trace, flight: int, data: bytes, boundaries: Iterable[int]) -> set[int]:
    """Return the places where a pause may matter: where another route would go, and beside."""
    places = {1, len(data) // 2, *boundaries}
    for step in whole.steps:
        if step.look is not None and step.look.flight == flight:
            for at in step.look.turns():
                places |= {at - 1, at, at + 1}
    return {at for at in places if 0 < at < len(data)}


def _smallest(
    lab: Lab, listener: Listener, client: Client, decide_as: str, cut: Cut, whole: Trace
) -> Cut:
    """Leave out cuts as long as the decision stays changed."""
    at = list(cut.at)
    step = len(at) // 2
    while step and len(at) > 1:
        place = 0
        while place < len(at):
            fewer = tuple(at[:place] + at[place + step :])
            smaller = Cut(fewer, cut.pause, cut.flight)
            changed = lab.follow(listener, client, smaller, decide_as, detail=False)
            if fewer and changed.key != whole.key:
                at = list(fewer)
            else:
                place += step
        step //= 2
    return Cut(tuple(at), cut.pause, cut.flight) if len(at) < len(cut.at) else cut
