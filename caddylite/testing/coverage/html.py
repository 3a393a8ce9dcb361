"""A report as one HTML page: the config, its lines coloured, and why."""

from collections.abc import Sequence
from html import escape

from caddylite.testing.coverage.points import Measured, Report
from caddylite.testing.coverage.tables import total

_STYLE = (
    "body{font:14px system-ui,sans-serif;margin:2em;max-width:70em}"
    "pre{font:13px ui-monospace,monospace;line-height:1.45;border:1px solid #ddd}"
    "pre span{display:block;padding:0 1em;white-space:pre}.y{background:#dcfce7}"
    ".h{background:#fef9c3}.n{background:#fee2e2}i{color:#777;font-style:normal}"
    "em{color:#b45309;padding-left:2em}table{border-collapse:collapse}"
    "td,th{padding:.2em 1em;text-align:left;border-bottom:1px solid #ddd}"
)


def page(reports: Sequence[Report]) -> str:
    """Return the page."""
    rows = "".join(
        f'<tr><td><a href="#f{n}">{escape(r.file)}</a></td><td>{len(r.measured)}</td>'
        f"<td>{r.percent:.1f} %</td></tr>"
        for n, r in enumerate(reports)
    )
    files = "".join(_file(n, r) for n, r in enumerate(reports))
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        f"<title>Coverage of configs</title><style>{_STYLE}</style>"
        f"<h1>Coverage: {total(reports):.1f} %</h1>"
        f"<table><tr><th>config</th><th>points</th><th>reached</th></tr>{rows}</table>{files}\n"
    )


def _file(number: int, report: Report) -> str:
    lines = report.by_line()
    body = "".join(
        _line(n, text, lines.get(n, [])) for n, text in enumerate(report.text.split("\n"), 1)
    )
    return f'<h2 id="f{number}">{escape(report.file)}</h2><pre>{body}</pre>'


def _line(number: int, text: str, here: list[Measured]) -> str:
    score = min((m.score for m in here), default=1.0)
    kind = "" if not here else "y" if score == 1 else "n" if score == 0 else "h"
    why = "; ".join(f"{m.point.label}: {m.why}" for m in here if m.score < 1)
    note = f"<em>{escape(why)}</em>" if why else ""
    shown = escape(text.expandtabs(4))
    return f'<span class="{kind}"><i>{number:4} </i>{shown}{note}</span>'
