"""Results of cases as text, JUnit XML and TAP."""

from collections.abc import Iterable, Sequence

from caddylite.testing.checking import Result
from caddylite.testing.render import to_text


def line(result: Result, colour: bool = False) -> str:
    """Return a case's one line."""
    mark = _paint("ok  ", "green", colour) if result.passed else _paint("FAIL", "red", colour)
    tried = f"  ({result.cuts.tried} cuts)" if result.cuts is not None and result.passed else ""
    return f"{mark} {result.name}{tried}"


def details(result: Result, colour: bool = False) -> str:
    """Say what is wrong with a result, with its trace; empty if nothing is."""
    out = []
    for d in result.differences:
        out.append(f"  {d.what}: expected {_paint(d.expected, 'green', colour)}, "
                   f"got {_paint(d.got, 'red', colour)}")  # fmt: skip
    if result.cuts is not None and result.cuts.other is not None:
        out.append(f"  the decision changes when the bytes come {result.cuts.cut}:")
        out.append(_indented(to_text(result.cuts.other, colour)))
        out.append("  and whole:")
    if out:
        out.insert(0, f"  {result.case.at}")
        out.append(_indented(to_text(result.trace, colour)))
    return "\n".join(out)


def real_details(result: Result) -> str:
    """Say where caddy-l4 would do something else; empty if it would not."""
    real, cuts = result.real, result.real_cuts
    if real is not None and real.key != result.trace.key:
        return f"  caddy-l4: {_ending(real)}\n  caddylite: {_ending(result.trace)}"
    if cuts is not None and cuts.other is not None:
        return (
            f"  caddy-l4, {cuts.cut}: {_ending(cuts.other)}\n"
            f"  caddy-l4, whole, and caddylite always: {_ending(result.trace)}"
        )
    return ""


def _ending(trace: object) -> str:
    outcome, place, why = (getattr(trace, n) for n in ("outcome", "place", "why"))
    return f"{outcome} {place}: {why}"


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.rstrip().splitlines())


def _paint(text: str, colour: str, wanted: bool) -> str:
    if not wanted:
        return text
    import click

    return click.style(text, fg=colour)


def tap(results: Sequence[Result]) -> str:
    """Return results in the Test Anything Protocol, version 13."""
    out = ["TAP version 13", f"1..{len(results)}"]
    for number, r in enumerate(results, 1):
        name = r.name.replace("#", "\\#")
        out.append(f"{'ok' if r.passed else 'not ok'} {number} - {name}")
        if not r.passed:
            out += ["  ---", "  message: |", _indented(details(r)), "  ..."]
    return "\n".join(out) + "\n"


def junit(results: Iterable[tuple[str, Sequence[Result]]]) -> str:
    """Return results as JUnit XML: a suite for each file, named after it."""
    from xml.sax.saxutils import escape, quoteattr

    out = ['<?xml version="1.0" encoding="utf-8"?>', "<testsuites>"]
    for file, cases in results:
        failed = sum(not r.passed for r in cases)
        out.append(f'<testsuite name={quoteattr(file)} tests="{len(cases)}" failures="{failed}">')
        for r in cases:
            where = f'file={quoteattr(r.case.at.file)} line="{r.case.at.line}"'
            suite = f"classname={quoteattr(file)}"
            head = f"<testcase {suite} name={quoteattr(_printable(r.name))} {where}"
            if r.passed:
                out.append(f"{head}/>")
            else:
                body = escape(_printable(details(r)))
                out.append(
                    f'{head}><failure message="not as expected">{body}</failure></testcase>'
                )
        out.append("</testsuite>")
    return "\n".join([*out, "</testsuites>"]) + "\n"


def _printable(text: str) -> str:
    """Leave out what XML 1.0 cannot hold."""
    return "".join(c if c in "\n\t" or ord(c) >= 32 else "?" for c in text)
