"""A first file of cases for a config: one for each route and one for each fallback."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from caddylite.testing.candidates import Candidate, candidates
from caddylite.testing.checking import flow, present, shown
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


#: What tells clients apart that end at one place: each value gets a case.
_TELLING: Final = ("sni", "from", "proxy_protocol")


def choose_cases(lab: Lab) -> Iterator[Chosen]:
    """Yield, for each listener, the first client for each end that any of them has.

    A client is chosen as well if it is the first to take a route, or to match one of its sets,
    wherever it ends, or the first with its server name, its address or its PROXY header to end
    there.
    """
    said = collect(lab.config)
    known: set[tuple[str, ...]] = set()
    for listener in lab.listeners:
        network = "udp" if is_datagrams(listener.ports.network) else "tcp"
        before = (listener.server, network)
        for candidate in candidates(said, network):
            trace = lab.follow(listener, candidate.client)
            new = {(*before, *seen) for seen in _shown_by(candidate, trace)} - known
            if new:
                known |= new
                yield Chosen(listener, candidate, trace)


def _shown_by(candidate: Candidate, trace: Trace) -> Iterator[tuple[str, ...]]:
    """Yield what a case with this client would show of a config."""
    end = (trace.outcome, trace.place, trace.site)
    yield end
    for step in trace.steps:
        if step.look is not None and step.taken is not None:
            yield step.where, str(step.taken)
            for number in step.look.alternatives(step.taken):
                yield step.where, str(step.taken), str(number)
    if trace.outcome not in ("closed", "pending", "tls"):
        options = {**dict.fromkeys(_TELLING, ""), **candidate.options}
        names = _TELLING if candidate.kind == "tls" else _TELLING[1:]
        yield from ((*end, name, str(options[name])) for name in names)


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
    nowhere = "no site" if c.trace.outcome == "http" else shown(c.trace.outcome)
    end = c.trace.upstream or c.trace.site or nowhere
    return f"{c.candidate.label} at {c.listener.address}: {end}"
