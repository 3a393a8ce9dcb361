"""Running cases: what was expected, what came, and whether any cut changes it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from caddylite.errors import ConfigError
from caddylite.testing.cases import Case, CaseFile, Variant, environment
from caddylite.testing.cuts import Segmentation, try_cuts
from caddylite.testing.lab import OURS, REAL, Lab
from caddylite.testing.trace import Trace


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as expected."""

    what: str
    expected: str
    got: str


@dataclass(slots=True)
class Result:
    """What became of one case with one variant.

    ``differences`` are between expected and got; ``cuts`` is what came of cutting the bytes, if
    that was tried; ``real`` what caddy-l4 would do, if that was asked.
    """

    case: Case
    variant: Variant
    trace: Trace
    differences: list[Difference] = field(default_factory=list)
    cuts: Segmentation | None = None
    real: Trace | None = None
    real_cuts: Segmentation | None = None

    @property
    def name(self) -> str:
        """The case's name, with the variant's if there are several."""
        return f"{self.case.name} [{self.variant.name}]" if self.variant.name else self.case.name

    @property
    def passed(self) -> bool:
        """Is everything as expected, for every cut?"""
        return not self.differences and (self.cuts is None or self.cuts.steady)

    @property
    def agreed(self) -> bool:
        """Would caddy-l4 do the same, whole and cut?"""
        if self.real is not None and self.real.key != self.trace.key:
            return False
        return self.real_cuts is None or self.real_cuts.steady


def run(
    file: CaseFile,
    *,
    only: Callable[[str], bool] | None = None,
    decide_as: str = OURS,
    both: bool = False,
    seen: Callable[[Lab, Variant], None] | None = None,
) -> Iterator[Result]:
    """Run the cases of a file. ``only`` chooses by name; ``seen`` is told of each config.

    With ``both`` caddy-l4's way is tried as well and kept in the result.
    """
    for variant in file.variants:
        lab = compiled(variant)
        if seen is not None:
            seen(lab, variant)
        for case in file.cases:
            if only is None or only(case.name):
                yield check(lab, case, variant, decide_as=decide_as, both=both)


def compiled(variant: Variant) -> Lab:
    """Compile a variant's config; ConfigError, at the place in the file of cases if it is gone."""
    try:
        with environment(variant.env):
            return Lab.from_file(variant.config)
    except ConfigError as e:
        if e.at is not None or variant.config.exists():
            raise
        raise ConfigError(e.message, variant.at, "its path counts from this file") from None


def check(
    lab: Lab, case: Case, variant: Variant, *, decide_as: str = OURS, both: bool = False
) -> Result:
    """Run one case."""
    try:
        trace = lab.connect(case.listen, case.client, decide_as=decide_as)
    except ConfigError as e:
        raise ConfigError(e.message, case.at, e.hint) from None
    result = Result(case, variant, trace, differences(case.expect or {}, trace))
    if case.any_cut:
        result.cuts = try_cuts(lab, case.listen, case.client, decide_as, whole=trace)
    if both:
        result.real = lab.connect(case.listen, case.client, decide_as=REAL)
        if case.any_cut and result.real.key == trace.key:
            result.real_cuts = try_cuts(
                lab, case.listen, case.client, REAL, whole=result.real, pauses=False
            )
    return result


def differences(expect: Mapping[str, Any], trace: Trace) -> list[Difference]:
    """Compare what is expected with a trace."""
    return [d for name, value in expect.items() if (d := _compare(name, value, trace)) is not None]


def _compare(name: str, value: Any, trace: Trace) -> Difference | None:
    wanted = shown(str(value)) if name == "outcome" else str(value)
    if name == "upstreams":
        listed = tuple(map(str, value)) if isinstance(value, list) else (wanted,)
        got = ", ".join(trace.upstreams)
        same = sorted(listed) == sorted(trace.upstreams)
        return None if same else Difference(name, ", ".join(listed), got or "none")
    got, same = _simple(name, wanted, trace)
    return None if same else Difference(name, wanted, got or "none")


def _simple(name: str, wanted: str, trace: Trace) -> tuple[str, bool]:
    """Return what came, and whether it is what was wanted."""
    if name == "upstream":
        return ", ".join(trace.upstreams), wanted in trace.upstreams
    if name == "handler":
        return trace.place if ":" in wanted or "/" in wanted else trace.handler, wanted in (
            trace.handler,
            trace.place,
        )
    if name == "site":
        names = [n.strip() for n in trace.site.split(",")]
        return trace.site, wanted == trace.site or wanted in names
    if name == "line":
        return trace.line, wanted in (trace.line, trace.line_number)
    if name == "why":
        return trace.why, wanted in trace.why
    got = str(getattr(trace, name))
    if name == "outcome":
        got = shown(got)
    if name == "seen_from" and ":" not in wanted:
        return got, got.rpartition(":")[0] == wanted
    return got, got == wanted


def present(trace: Trace) -> dict[str, Any]:
    """Return what came as an expectation, for ``--update`` and ``init --tests``."""
    if trace.outcome == "proxy":
        seen = {"seen_from": trace.seen_from.rpartition(":")[0]} if trace.preface else {}
        if len(trace.upstreams) == 1:
            return {"upstream": trace.upstream} | seen
        return {"upstreams": list(trace.upstreams)} | seen
    if trace.outcome == "http" and trace.site:
        return {"site": trace.site, "route": trace.place}
    if trace.place and trace.outcome not in ("closed", "pending"):
        return {"outcome": trace.outcome, "route": trace.route}
    return {"outcome": shown(trace.outcome)}


def shown(outcome: str) -> str:
    """Return the word that files of cases have for an outcome."""
    return "waiting" if outcome == "pending" else outcome


def updated(file: CaseFile, results: list[Result]) -> str:
    """Return the file's text with what came in the place of what was expected and did not."""
    text = file.text
    changed = {id(r.case): r for r in results if r.differences or r.case.expect is None}
    for r in at_odds(results):
        changed.pop(id(r.case), None)
    for r in sorted(changed.values(), key=lambda r: -r.case.span[0]):
        start, end = r.case.span
        written = flow(present(r.trace))
        if r.case.expect is None:
            indent = " " * r.case.indent
            start = end = len(text[:end].rstrip())
            written = f"\n{indent}expect: {written}"
        elif text[end - 1 : end] == "\n" or text[start:end].endswith("\n"):
            end = start + len(text[start:end].rstrip())
        text = text[:start] + written + text[end:]
    return text


def flow(value: Any) -> str:
    """Write a small value as YAML on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    text = str(value)
    plain = text.replace("-", "").replace("_", "").replace(".", "")
    if plain.isalpha():
        return text
    import json

    return json.dumps(text, ensure_ascii=False)


def at_odds(results: list[Result]) -> list[Result]:
    """Return the results of cases of which each variant makes something else."""
    first: dict[int, Result] = {}
    for r in results:
        first.setdefault(id(r.case), r)
    return [r for r in results if present(r.trace) != present(first[id(r.case)].trace)]
