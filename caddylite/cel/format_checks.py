"""Looks at ``'…'.format([…])`` when an expression is compiled: do format and values fit?"""

from collections.abc import Callable, Iterator

from caddylite.cel.formatting import KINDS, FormatError, clauses
from caddylite.cel.problems import Problems
from caddylite.cel.syntax import Call, Expr, ListExpr, Literal, MapExpr
from caddylite.cel.types import RUNTIME_NAMES, Type


def check_formats(expr: Expr, type_of: Callable[[Expr], Type], problems: Problems) -> None:
    """Check all formats in an expression whose text and list of values are written out."""
    for call in _calls(expr):
        target = call.target
        if call.function != "format" or not isinstance(target, Literal):
            continue
        given = call.arguments[0]
        if not isinstance(target.value, str) or not isinstance(given, ListExpr):
            continue
        try:
            asked = _check(target.value, given.elements, type_of, problems)
        except FormatError as e:
            problems.add(call.at, str(e))
            continue
        if asked is not None and len(given.elements) > asked:
            problems.add(
                call.at,
                "too many arguments supplied to string.format "
                f"(expected {asked}, got {len(given.elements)})",
            )


def _calls(expr: Expr) -> Iterator[Call]:
    waiting = [expr]
    while waiting:
        here = waiting.pop()
        if isinstance(here, Call):
            yield here
        waiting.extend(here.parts())


def _check(
    pattern: str, values: list[Expr], type_of: Callable[[Expr], Type], problems: Problems
) -> int | None:
    """Return how many values a format asks for; None if one of them was complained of."""
    asked = 0
    for _, number, kind, _ in clauses(pattern, len(values)):
        if number < 0:
            continue
        asked += 1
        bad = _misfit(values[number], kind.takes, type_of)
        if bad is not None:
            problems.add(
                bad.at,
                f"error during formatting: {kind.complaint}, was given {_name(type_of(bad))}",
            )
            return None
    return asked


def _misfit(value: Expr, takes: tuple[str, ...], type_of: Callable[[Expr], Type]) -> Expr | None:
    """Return a value, or one inside it, that cannot be formatted like this."""
    kind = type_of(value)
    if kind.kind != "dyn" and _name(kind) not in takes:
        return value
    if takes is KINDS["s"].takes and isinstance(value, (ListExpr, MapExpr)):
        for part in value.parts():
            bad = _misfit(part, takes, type_of)
            if bad is not None:
                return bad
    return None


def _name(kind: Type) -> str:
    return kind.name or RUNTIME_NAMES.get(kind.kind, kind.kind)
