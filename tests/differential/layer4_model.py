"""What both programs may answer, by the rules: those of the house, and those of caddy-l4.

The house's rules are the router's (``caddylite.layer4.routing``), which the tester of configs
applies without a socket. Those of caddy-l4 (``caddylite.testing.caddy_l4``) are when it reads, how
much each of its matchers must have read before it says anything, what it forgets; and in which
order it asks the matchers of a set, which is chance. What its matchers answer in the end is what
ours answer: so a matcher that is wrong is found, and an order that is its own is not.
"""

import json
from dataclasses import replace

from caddylite.testing.caddy_l4.orders import possible
from caddylite.testing.clients import Client
from caddylite.testing.lab import Lab
from caddylite.testing.stream import WHOLE, Cut
from caddylite.testing.trace import Trace
from tests.differential.layer4_clients import CLOSED, CUTS, PAUSE, SILENT, TLS, Sender
from tests.differential.layer4_lists import MARKS
from tests.differential.layer4_probes import Marks, Place, server

_FIRST = 3000
_MARKS = Marks(*[list(range(_FIRST, _FIRST + MARKS + 1))] * 2)


class Model:
    """Answers for one place."""

    def __init__(self, place: Place, folder: str) -> None:
        config = {"apps": {"layer4": {"servers": {"x": server(place, folder, _MARKS)}}}}
        self._lab = Lab.from_text(json.dumps(config), "model.json")
        self._datagrams = place.datagrams

    def ours(self, sender: Sender) -> tuple[str, ...]:
        """Return what caddylite is to answer, for each cut."""
        client = self._client(sender)
        return tuple(
            self._answer(sender, self._lab.connect("x", client, cut=cut, detail=False))
            for cut in self._cuts(client)
        )

    def theirs(self, sender: Sender) -> list[set[str]]:
        """Return what caddy-l4 may answer, for each cut."""
        client = self._client(sender)
        return [
            {self._answer(sender, trace) for trace in possible(self._lab, "x", client, cut)}
            for cut in self._cuts(client)
        ]

    def _client(self, sender: Sender) -> Client:
        client = sender.likeness
        return replace(client, network="udp", datagrams=sender.sent) if self._datagrams else client

    def _cuts(self, client: Client) -> list[Cut]:
        if self._datagrams:
            return [WHOLE]
        places = {"whole": (), "halves": (len(client.data) // 2,), "first": (1,)}
        return [Cut(places[name], PAUSE) for name in CUTS]

    def _answer(self, sender: Sender, trace: Trace) -> str:
        if trace.flights > 1 and sender.speaks is None:
            return TLS
        if trace.outcome == "proxy":
            return f"M{int(trace.upstream.rpartition(':')[2]) - _FIRST}"
        if self._datagrams or trace.outcome == "pending":
            return SILENT
        return TLS if trace.outcome == "tls" and "fails" not in trace.why else CLOSED
