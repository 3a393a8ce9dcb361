"""A trace as text for people, and as JSON for programs."""

from collections.abc import Callable
from itertools import groupby
from typing import Any, Final

from caddylite.layer4.matching import address_text
from caddylite.layer4.routing import RouteReport
from caddylite.testing.trace import Step, Trace

_COLOURS: Final = {
    "matched": "green", "refuted": "red", "pending": "yellow", "committed": "yellow",
}  # fmt: skip
#: Of the bytes that an upstream would get so many are shown.
_SHOWN: Final = 32
#: Of more routes than this neighbours are put together.
_LONG: Final = 24


def to_json(trace: Trace) -> dict[str, Any]:
    """Return a trace as plain values.

    ============ ==================================================================================
    listener     the address asked
    client       ``label``, ``remote``, ``network``, ``bytes`` (how many its first flight has)
    steps        ``kind`` (``routes``, ``handler``, ``wrapper``, ``site``), ``where``, ``time`` in
                 seconds, ``text``, ``line`` (``file:line``); of ``routes`` also ``taken`` (number
                 or null) and ``routes``: ``route``, ``status`` (``matched``, ``refuted``,
                 ``pending``, ``committed``), ``why``, ``after`` (the bytes after which its status
                 was certain), ``line``
    outcome      ``proxy``, ``echo``, ``close``, ``socks5``, ``http``, ``tls``, ``closed``,
                 ``pending``
    place, line  the handler reached, and where it stands in the Caddyfile
    upstreams    the addresses that may be dialled; ``choice`` says how one is chosen
    sends        ``preface`` (a PROXY header) and ``passed`` in hexadecimal, ``seen_from``: whom
                 the upstream takes for the client (empty: us)
    site         the names of the HTTP site that answers
    why          a sentence
    time         seconds from the connection to the decision
    ============ ==================================================================================
    """
    client = trace.client
    return {
        "listener": trace.listener,
        "client": {
            "label": client.label,
            "remote": address_text(client.remote),
            "network": client.network,
            "bytes": len(client.data),
        },
        "steps": [_step(s) for s in trace.steps if s.kind != "outcome"],
        "outcome": trace.outcome,
        "place": trace.place,
        "line": trace.line,
        "upstreams": list(trace.upstreams),
        "choice": trace.choice,
        "sends": {
            "preface": trace.preface.hex(),
            "passed": trace.passed.hex(),
            "seen_from": trace.seen_from,
        },
        "site": trace.site,
        "why": trace.why,
        "time": round(trace.time, 6),
    }


def _step(step: Step) -> dict[str, Any]:
    out: dict[str, Any] = {"kind": step.kind, "where": step.where, "time": round(step.time, 6)}
    if step.text:
        out["text"] = step.text
    if step.line:
        out["line"] = step.line
    if step.kind == "routes":
        out["taken"], lines = step.taken, step.lines
        out["routes"] = [
            {"route": r.index, "status": r.status, "why": r.why, "after": r.after,
             "line": lines[r.index]}
            for r in step.routes
        ]  # fmt: skip
    return out


def to_text(trace: Trace, colour: bool = False) -> str:
    """Return a trace as lines, aligned; with terminal colours if asked."""
    paint = _painter(colour)
    client = trace.client
    said = client.label or "bytes"
    lines = [f"{said} ({_bytes(len(client.data))}) from {address_text(client.remote)}"
             f" to {trace.listener}"]  # fmt: skip
    for step in trace.steps:
        if step.kind == "routes":
            lines.append(f"  {step.where}{_time(step)}")
            lines += _routes(step, paint)
        elif step.kind != "outcome":
            at = f"  [{step.line}]" if step.line else ""
            lines.append(f"  {step.where}: {step.text}{at}")
    if trace.preface:
        lines.append(f"  the upstream gets {trace.preface[:_SHOWN]!r}… first")
    if trace.outcome == "proxy" and trace.passed:
        shown, more = trace.passed[:_SHOWN], len(trace.passed) > _SHOWN
        size = _bytes(len(trace.passed))
        lines.append(f"  then {size} from the client: {shown!r}{'…' * more}")
    at = f"  [{trace.line}]" if trace.line else ""
    site = f" site {trace.site}" if trace.site else ""
    lines.append(f"=> {paint(trace.outcome, 'bold')} {trace.place}{site}: {trace.why}{at}")
    return "\n".join(lines) + "\n"


def _time(step: Step) -> str:
    return f" (after {step.time:.1f} s)" if step.time >= 0.05 else ""


def _routes(step: Step, paint: Callable[[str, str], str]) -> list[str]:
    if not step.routes:
        return ["    (no routes)"]
    lines, rows = step.lines, _rows(step)
    named = max(6, *(len(name) for name, _ in rows))
    placed = max(map(len, lines.values()))
    said = max(len(_after(r)) for _, r in rows)
    out = []
    for name, r in rows:
        mark = ">" if step.taken == r.index else " "
        status = paint(f"{r.status:<9}", _COLOURS[r.status])
        line = f"{lines[r.index]:<{placed}}  " if placed else ""
        row = f"  {mark} {name:<{named}}  {line}{status} {_after(r):<{said}}  {r.why}"
        out.append(row.rstrip())
    return out


def _rows(step: Step) -> list[tuple[str, RouteReport]]:
    """Name the routes; in a long list neighbours of which the same is to be said are one row."""
    if len(step.routes) <= _LONG:
        return [(f"route {r.index}", r) for r in step.routes]
    out = []
    for _, neighbours in groupby(
        step.routes, key=lambda r: (r.index == step.taken, r.status, r.after, r.why)
    ):
        first, *rest = neighbours
        name = f"routes {first.index}-{rest[-1].index}" if rest else f"route {first.index}"
        out.append((name, first))
    return out


def _after(report: RouteReport) -> str:
    known = report.status in ("matched", "refuted")
    return f"after {_bytes(report.after)}" if known else ""


def _bytes(count: int) -> str:
    return f"{count} byte{'s' * (count != 1)}"


def _painter(colour: bool) -> Callable[[str, str], str]:
    if not colour:
        return lambda text, how: text
    import click

    def paint(text: str, how: str) -> str:
        return click.style(text, bold=True) if how == "bold" else click.style(text, fg=how)

    return paint
