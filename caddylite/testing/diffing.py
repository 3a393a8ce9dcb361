"""Two configs side by side: which classes of clients get something else, with a witness each."""

from collections.abc import Iterator
from dataclasses import dataclass

from caddylite.errors import ConfigError
from caddylite.testing.candidates import Candidate, candidates
from caddylite.testing.lab import Lab
from caddylite.testing.trace import Listener, Trace, choose, is_datagrams
from caddylite.testing.vocabulary import collect


@dataclass(frozen=True, slots=True)
class Change:
    """A class of clients that the new config sends elsewhere. ``candidate`` is its witness.

    A trace is None where nothing listens on the address.
    """

    address: str
    candidate: Candidate
    old: Trace | None
    new: Trace | None

    @property
    def words(self) -> tuple[str, str]:
        """What the client got, and what it gets."""
        return ending(self.old), ending(self.new)


def ending(trace: Trace | None) -> str:
    """Say in a few words where a client ends."""
    if trace is None:
        return "nothing listens"
    if trace.outcome == "proxy":
        sent = f", PROXY header for {trace.seen_from}" if trace.preface else ""
        return f"proxy {', '.join(trace.upstreams)}{sent}"
    if trace.outcome == "http" and trace.uncertified:
        return "no handshake: no certificate has the name"
    if trace.outcome == "http":
        return f"site {trace.site or 'any'}: {trace.why.partition(': ')[2]}"
    if trace.outcome in ("closed", "pending", "tls"):
        return {"closed": "closed", "pending": "waiting", "tls": "no handshake"}[trace.outcome]
    return trace.outcome


def compare(old: Lab, new: Lab) -> Iterator[Change]:
    """Yield what changes, listener by listener, over the classes that either config tells apart.

    What counts is the backend, not the place in the config: routes may move.
    """
    old, new = Lab(old.config), Lab(new.config)  # lines do not count
    said = collect(old.config).join(collect(new.config))
    for address, network in _addresses(old, new):
        sides = _listener(old, address, network), _listener(new, address, network)
        for candidate in candidates(said, network):
            before, after = (
                None if side is None else lab.follow(side, candidate.client, detail=False)
                for lab, side in zip((old, new), sides, strict=True)
            )
            change = Change(address, candidate, before, after)
            if change.words[0] != change.words[1]:
                yield change


def _addresses(old: Lab, new: Lab) -> Iterator[tuple[str, str]]:
    seen = {}
    for listener in [*old.listeners, *new.listeners]:
        network = "udp" if is_datagrams(listener.ports.network) else "tcp"
        seen[listener.address] = network
    yield from seen.items()


def _listener(lab: Lab, address: str, network: str) -> Listener | None:
    try:
        return choose(lab.listeners, address, network)
    except ConfigError:
        return None


def joined(changes: list[Change]) -> list[tuple[str, str, str, list[Change]]]:
    """Group changes: address, what was, what is, and the witnesses of each class."""
    groups: dict[tuple[str, str, str], list[Change]] = {}
    for change in changes:
        groups.setdefault((change.address, *change.words), []).append(change)
    return [(*key, found) for key, found in groups.items()]
