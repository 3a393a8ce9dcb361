"""Reports for the terminal and for programs: a table, and lcov's tracefile."""

from collections.abc import Sequence
from pathlib import Path

from caddylite.testing.coverage.points import Report


def table(reports: Sequence[Report], colour: bool = False) -> str:
    """Return one line a config, then what is missing, then the total."""
    width = max((len(r.file) for r in reports), default=4)
    out = [f"{'config'.ljust(width)}  points  reached  percent"]
    for r in reports:
        full = sum(m.score == 1 for m in r.measured)
        percent = _paint(f"{r.percent:6.1f}%", r.percent, colour)
        out.append(f"{r.file.ljust(width)}  {len(r.measured):6}  {full:7}  {percent}")
    for r in reports:
        for m in r.missing:
            at = str(m.point.at) if m.point.at is not None else r.file
            out.append(f"  {at}: {m.point.label}: {m.why}{' (half)' * (m.score == 0.5)}")
    return "\n".join([*out, f"total {total(reports):.1f}%"]) + "\n"


def total(reports: Sequence[Report]) -> float:
    """Return the percentage over all configs."""
    scores = [m.score for r in reports for m in r.measured]
    return 100.0 * sum(scores) / len(scores) if scores else 100.0


def _paint(text: str, percent: float, colour: bool) -> str:
    code = "32" if percent >= 90 else "33" if percent >= 60 else "31"
    return f"\x1b[{code}m{text}\x1b[0m" if colour else text


def lcov(reports: Sequence[Report]) -> str:
    """Return a tracefile: a line is hit if all on it were reached; each point is a branch."""
    out = []
    for r in reports:
        lines = r.by_line()
        out += ["TN:caddylite", f"SF:{Path(r.file).resolve()}"]
        branches = hit = 0
        for line, here in lines.items():
            for number, m in enumerate(here):
                both = m.point.kind == "matcher"
                answers = [m.score >= 0.5, m.score == 1] if both else [m.score == 1]
                for n, answer in enumerate(answers):
                    out.append(f"BRDA:{line},{number},{n},{int(answer) if m.hits else '-'}")
                    branches, hit = branches + 1, hit + answer
        out += [f"BRF:{branches}", f"BRH:{hit}"]
        counts = {line: min(m.hits for m in here) for line, here in lines.items()}
        out += [f"DA:{line},{count}" for line, count in counts.items()]
        out += [f"LF:{len(counts)}", f"LH:{sum(c > 0 for c in counts.values())}", "end_of_record"]
    return "\n".join(out) + "\n"
