"""``caddylite test``: cases in files, expected against got."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from caddylite.errors import ConfigError

if TYPE_CHECKING:
    from caddylite.testing.cases import CaseFile
    from caddylite.testing.checking import Result
    from caddylite.testing.coverage.gathering import Gathering

NO_FILES = "no file of cases here"
_HINT = "name one, or write one with 'caddylite init --tests'"


@click.command()
@click.argument("files", nargs=-1, type=click.Path())
@click.option("-k", "--only", default="", help="Run cases whose name contains this")
@click.option(
    "--as",
    "decide_as",
    default="caddylite",
    type=click.Choice(["caddylite", "caddy-l4", "both"]),
    help="Decide as caddylite does, as caddy-l4 (42db569) does, or compare both",
)
@click.option("--update", is_flag=True, help="Write what came into the files")
@click.option("--junit", default="", help="Write JUnit XML to this file (- is stdout)")
@click.option("--tap", is_flag=True, help="Print TAP")
@click.option("--live", is_flag=True, help="Run the config on loopback, with real sockets")
@click.option("--against", default="", help="Do so with this Caddy program and compare")
@click.option("--cov", is_flag=True, help="Say what of the configs the cases reach")
@click.option("--cov-lcov", default="", metavar="FILE", help="Write that for lcov")
@click.option("--cov-html", default="", metavar="FILE", help="Write that as an HTML page")
@click.option("--fail-under", default=0.0, help="Fail if less than this percentage is reached")
@click.option("-q", "--quiet", is_flag=True, help="Print failures only")
def command(
    files: tuple[str, ...],
    only: str,
    decide_as: str,
    update: bool,
    junit: str,
    tap: bool,
    live: bool,
    against: str,
    cov: bool,
    cov_lcov: str,
    cov_html: str,
    fail_under: float,
    quiet: bool,
) -> None:
    """Run the cases in FILES (default: *.test.yaml here). Exit status 1 if one fails.

    Nothing is opened or looked up, except with --live and --against.
    """
    from caddylite.testing import cases

    names = list(files) or sorted(str(p) for p in Path().glob("*.test.yaml"))
    if not names:
        raise ConfigError(NO_FILES, hint=_HINT)
    loaded = [cases.load(name) for name in names]
    if live or against:
        _live(loaded, only, against)
        return
    both = decide_as == "both"
    shown = not tap and junit != "-"
    gathering = None
    if cov or cov_lcov or cov_html or fail_under:
        from caddylite.testing.coverage.gathering import Gathering

        gathering = Gathering()
    done: list[tuple[CaseFile, list[Result]]] = []
    for file in loaded:
        done.append((file, _run(file, only, decide_as, shown and not update, quiet, gathering)))
    results = [r for _, some in done for r in some]
    if only and not results:
        raise ConfigError(f"no case has {only!r} in its name")
    _write(done, junit, tap)
    failed = _update(done) if update else sum(not r.passed for r in results)
    differ = sum(not r.agreed for r in results) if both else 0
    if shown and not update:
        end = f"{len(results) - failed} passed, {failed} failed"
        click.echo(end + (f", {differ} differ in caddy-l4" if both else ""))
        if differ:
            _advise(done)
    enough = gathering is None or _covered(gathering, cov_lcov, cov_html, fail_under, shown)
    if failed or differ or not enough:
        sys.exit(1)


def _covered(gathering: "Gathering", lcov: str, html: str, fail_under: float, shown: bool) -> bool:
    """Report what was reached; False if that is too little."""
    from caddylite.testing.coverage import html as pages
    from caddylite.testing.coverage import tables

    reports = gathering.reports()
    if shown:
        click.echo(tables.table(reports, sys.stdout.isatty()), nl=False)
    if lcov:
        Path(lcov).write_text(tables.lcov(reports))
    if html:
        Path(html).write_text(pages.page(reports))
    reached = tables.total(reports)
    if reached < fail_under:
        click.echo(f"coverage {reached:.1f}% is less than {fail_under:g}%", err=True)
    return reached >= fail_under


def _run(
    file: "CaseFile", only: str, decide_as: str, shown: bool, quiet: bool,
    gathering: "Gathering | None" = None,
) -> "list[Result]":  # fmt: skip
    from caddylite.testing import checking, reports

    both = decide_as == "both"
    colour = sys.stdout.isatty()
    out = []
    chosen = (lambda name: only.lower() in name.lower()) if only else None
    as_ = "caddylite" if both else decide_as
    seen = (lambda lab, variant: gathering.watch(lab)) if gathering is not None else None
    for result in checking.run(file, only=chosen, decide_as=as_, both=both, seen=seen):
        out.append(result)
        if not shown:
            continue
        if not (quiet and result.passed and result.agreed):
            click.echo(reports.line(result, colour))
        if not result.passed:
            click.echo(reports.details(result, colour))
        if not result.agreed:
            click.echo(reports.real_details(result))
    return out


def _update(done: "list[tuple[CaseFile, list[Result]]]") -> int:
    """Write what came into the files; return how many results no file can say."""
    from caddylite.testing.checking import at_odds, updated

    left = 0
    for file, results in done:
        text = updated(file, results)
        if text != file.text:
            file.path.write_text(text)
            click.echo(f"updated {file.path}")
        for r in at_odds(results):
            click.echo(f"{r.case.at}: not updated, the variants differ: {r.case.name}")
        unsteady = [r for r in results if r.cuts is not None and not r.cuts.steady]
        for r in unsteady:
            click.echo(f"{r.case.at}: the cut decides: {r.case.name}")
        left += len(at_odds(results)) + len(unsteady)
    return left


def _write(done: "list[tuple[CaseFile, list[Result]]]", junit: str, tap: bool) -> None:
    from caddylite.testing import reports

    if tap:
        click.echo(reports.tap([r for _, some in done for r in some]), nl=False)
    if junit:
        text = reports.junit([(str(file.path), some) for file, some in done])
        if junit == "-":
            click.echo(text, nl=False)
        else:
            Path(junit).write_text(text)


def _advise(done: "list[tuple[CaseFile, list[Result]]]") -> None:
    from caddylite.testing.caddy_l4.advice import advise

    for file, results in done:
        for words in advise(file, results):
            click.echo(words)


def _live(loaded: "list[CaseFile]", only: str, against: str) -> None:
    from caddylite.testing import live

    counts = {"ok  ": 0, "FAIL": 0, "skip": 0}
    for file in loaded:
        for name, problem in live.run(file, only, against):
            mark = "skip" if problem == live.NOT_TRIED else "FAIL" if problem else "ok  "
            counts[mark] += 1
            click.echo(f"{mark} {name}")
            if problem:
                click.echo(f"  {problem}")
    skipped = f", {counts['skip']} not tried" if counts["skip"] else ""
    click.echo(f"{counts['ok  ']} passed, {counts['FAIL']} failed{skipped}")
    if counts["FAIL"]:
        sys.exit(1)
