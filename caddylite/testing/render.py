"""A trace as text for people, and as JSON for programs."""

from typing import Any

from caddylite.layer4.matching import address_text
from caddylite.testing.trace import Step, Trace

_COLOURS = {"matched": "green", "refuted": "red", "pending": "yellow", "committed": "yellow"}


def to_json(trace: Trace) -> dict[str, Any]:
    """Return a trace as plain values.

    ``{"listener", "client": {"remote", "bytes"}, "steps": [{"kind", "where", "text", "taken",
    "routes": [{"route", "status", "why", "after"}]}], "outcome", "place", "upstreams", "why"}``;
    ``after`` is the number of bytes after which a route's status was certain.
    """
    return {
        "listener": trace.listener,
        "client": {
            "remote": address_text(trace.client.remote),
            "bytes": len(trace.client.data),
        },
        "steps": [_step(s) for s in trace.steps if s.kind != "outcome"],
        "outcome": trace.outcome,
        "place": trace.place,
        "upstreams": list(trace.upstreams),
        "why": trace.why,
    }


def _step(step: Step) -> dict[str, Any]:
    out: dict[str, Any] = {"kind": step.kind, "where": step.where}
    if step.text:
        out["text"] = step.text
    if step.kind == "routes":
        out["taken"] = step.taken
        out["routes"] = [
            {"route": r.index, "status": r.status, "why": r.why, "after": r.after}
            for r in step.routes
        ]
    return out


def to_text(trace: Trace, colour: bool = False) -> str:
    """Return a trace as lines, aligned; with terminal colours if asked."""
    client = trace.client
    said = client.label or f"{len(client.data)} bytes"
    lines = [f"{said} from {address_text(client.remote)} to {trace.listener}"]
    for step in trace.steps:
        if step.kind == "routes":
            lines.append(f"  {step.where}")
            lines += [_route(step, r, colour) for r in step.routes]
        elif step.kind != "outcome":
            lines.append(f"  {step.where}: {step.text}")
    lines.append(f"=> {trace.outcome} {trace.place}: {trace.why}")
    return "\n".join(lines) + "\n"


def _route(step: Step, report: Any, colour: bool) -> str:
    mark = ">" if step.taken == report.index else " "
    status = f"{report.status:<9}"
    if colour:
        import click

        status = click.style(status, fg=_COLOURS[report.status])
    after = f"after {report.after} bytes" if report.status in ("matched", "refuted") else ""
    return f"  {mark} route {report.index:<3} {status} {after:<16} {report.why}".rstrip()
