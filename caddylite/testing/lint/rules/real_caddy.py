"""What caddylite decides right and caddy-l4, as it is at 42db569, may not."""

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from caddylite.errors import ConfigError
from caddylite.testing.lint.finding import INFO, Remark
from caddylite.testing.lint.rule import rule
from caddylite.testing.lint.view import View, address

if TYPE_CHECKING:
    from caddylite.testing.candidates import Candidate
    from caddylite.testing.lab import Lab
    from caddylite.testing.trace import Listener, Trace

#: So many clients are tried on each listener: enough for every name of an ordinary file.
_CLIENTS: Final = 40


@rule("L4080", INFO, "real caddy-l4 decides by how the bytes are cut")
def split_hello(view: View) -> Iterator[Remark]:
    """Look for clients that caddy-l4 sends elsewhere when their first bytes come in two segments.

    It forgets an earlier undecided route once the last one is refuted. Each client that the file
    knows is tried on a model of caddy-l4, whole and cut in two. caddylite decides right; this is
    about deploying the file to real Caddy.
    """
    lists = [r for r in view.lists if not r.datagrams]
    if view.config is None or view.orphans or not any(_hazardous(r.routes) for r in lists):
        return
    from caddylite.testing.candidates import candidates
    from caddylite.testing.lab import Lab
    from caddylite.testing.trace import is_datagrams
    from caddylite.testing.vocabulary import collect

    lab = Lab(view.config, view.places, view.file)
    known = [c for c in candidates(collect(view.config), "tcp") if c.kind in ("tls", "http")]
    told: set[str] = set()
    for listener in lab.listeners:
        places = [r for r in lists if r.owner is listener.config or r.http_server]
        if address(listener.address) is None:
            continue
        if is_datagrams(listener.ports.network) or not places or listener.server in told:
            continue
        found = _first(lab, listener, islice(known, _CLIENTS))
        if found is not None:
            told.add(listener.server)
            yield _remark(view, *found)


def _hazardous(routes: Any) -> bool:
    return len(routes) > 1 or any("not" in m for r in routes for m in r.match)


def _first(
    lab: "Lab", listener: "Listener", known: "Iterator[Candidate]"
) -> "tuple[Candidate, Trace, Trace, int] | None":
    """Return the first client that a cut sends elsewhere, with both ways and the cut."""
    from caddylite.testing.lab import REAL
    from caddylite.testing.stream import Cut

    for candidate in known:
        try:
            whole = lab.follow(listener, candidate.client, decide_as=REAL)
            for at in (len(candidate.client.data) // 2, 3):
                cut = lab.follow(listener, candidate.client, Cut((at,)), REAL, detail=False)
                if cut.key != whole.key:
                    return candidate, whole, cut, at
        except ConfigError:
            return None  # what cannot be prepared here is told elsewhere
    return None


def _remark(view: View, candidate: "Candidate", whole: "Trace", cut: "Trace", at: int) -> Remark:
    about: Any = None
    for step in whole.steps:
        lists = [r for r in view.lists if r.where == step.where and step.kind == "routes"]
        if lists:
            number = step.taken if step.taken is not None else 0
            about = lists[0].routes[number] if lists[0].routes else lists[0].owner
            break
    return Remark(
        about,
        f"real caddy-l4 (42db569) gives '{candidate.words}' {_ending(whole)}, but if its first "
        f"bytes come in two pieces (cut at {at}) {_ending(cut)}",
        "for real Caddy put the routes that need the most bytes (tls) last, and see "
        "'caddylite test --as both'; caddylite decides right in any order",
    )


def _ending(trace: "Trace") -> str:
    return trace.upstream or trace.site or trace.outcome
