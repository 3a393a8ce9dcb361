"""A first file of cases for a config: one for each route and one for each fallback."""

from collections.abc import Iterator
from dataclasses import dataclass

from caddylite.testing.candidates import Candidate, candidates
from caddylite.testing.checking import flow, present
from caddylite.testing.cuts import try_cuts
from caddylite.testing.lab import Lab
from caddylite.testing.trace import Listener, Trace, is_datagrams
from caddylite.testing.vocabulary import collect


@dataclass(frozen=True, slots=True)
class Chosen:
    """A client that is the first to reach a place."""

    listener: Listener
    candidate: Candidate
    trace: Trace


def choose_cases(lab: Lab) -> Iterator[Chosen]:
    """Yield, for each listener, the first client for each end that any of them has."""
    said = collect(lab.config)
    known: set[tuple[str, ...]] = set()
    for listener in lab.listeners:
        network = "udp" if is_datagrams(listener.ports.network) else "tcp"
        before = (listener.server, network)
        for candidate in candidates(said, network):
            trace = lab.follow(listener, candidate.client, detail=False)
            key = (*before, trace.outcome, trace.place, trace.site, _told_apart(candidate, trace))
            if key not in known:
                known.add(key)
                yield Chosen(listener, candidate, trace)


def _told_apart(candidate: Candidate, trace: Trace) -> str:
    """Return the server name, if it has a say in where the client ends."""
    if candidate.kind != "tls" or trace.outcome in ("closed", "pending", "tls"):
        return ""
    return str(candidate.options.get("sni", ""))


def write(lab: Lab, config: str) -> str:
    """Return the text of a file of cases; ``config`` is the config's path from that file.

    Where a cut changes the decision (a pause may let a later route go first) the case says so.
    """
    lines = [
        f"# What {config} does now, made with 'caddylite init --tests'. Change what is not meant.",
        f"config: {flow(config)}",
        "cases:",
    ]
    chosen = list(choose_cases(lab))
    if not chosen:
        lines[-1] = "cases: []  # it listens on nothing"
    for c in chosen:
        server = c.listener.address or c.listener.server
        lines.append(f"  - name: {flow(_name(c))}")
        lines.append(f"    listen: {flow(server)}")
        lines.append(f"    client: {flow(c.candidate.words)}")
        lines.append(f"    expect: {flow(present(c.trace))}")
        cuts = try_cuts(lab, server, c.candidate.client, everywhere=False)
        if not cuts.steady:
            lines.append(f"    any_cut: false  # something else happens {cuts.cut}")
    return "\n".join(lines) + "\n"


def _name(c: Chosen) -> str:
    end = c.trace.upstream or c.trace.site or c.trace.outcome
    return f"{c.candidate.label} at {c.listener.address}: {end}"
