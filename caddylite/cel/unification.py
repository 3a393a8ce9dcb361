"""Does a type fit where another is wanted, and what must type variables stand for then?"""

from typing import Final

from caddylite.cel.types import DYN, Type

#: What type variables stand for, by name.
Bindings = dict[str, Type]

_LOOSE: Final = frozenset(("dyn", "any", "error"))
_UNTYPED: Final = frozenset(("dyn", "any", "variable"))
_NULLABLE: Final = frozenset(("null", "object", "any", "duration", "timestamp"))


def fit_all(
    bindings: Bindings, given: tuple[Type, ...], wanted: tuple[Type, ...]
) -> Bindings | None:
    """Fit types to types; return the bindings that come of it, None if one does not fit."""
    if len(given) != len(wanted):
        return None
    trial = dict(bindings)
    if all(_fits(trial, g, w) for g, w in zip(given, wanted, strict=True)):
        return trial
    return None


def substitute(bindings: Bindings, given: Type, free: Type | None = None) -> Type:
    """Put in what variables stand for; those that stand for nothing yet become ``free``."""
    while given.kind == "variable":
        bound = bindings.get(given.name)
        if bound is None:
            return given if free is None else free
        given = bound
    if not given.parameters:
        return given
    return Type(
        given.kind, tuple(substitute(bindings, p, free) for p in given.parameters), given.name
    )


def settled(bindings: Bindings, given: Type) -> Type:
    """Put in what variables stand for, and ``dyn`` for the others."""
    return substitute(bindings, given, DYN)


def is_loose(given: Type) -> bool:
    """Is anything allowed in its place?"""
    return given.kind in _LOOSE


def more_general(one: Type, other: Type) -> Type:
    """Return that of two fitting types which says less."""
    return one if _says_less(one, other) else other


def _says_less(one: Type, other: Type) -> bool:
    if one.kind in _UNTYPED:
        return True
    if other.kind in _UNTYPED or one.kind != other.kind:
        return False
    if one.kind == "type":
        return True
    if one.kind in ("list", "map"):
        return all(map(_says_less, one.parameters, other.parameters))
    return one == other


def _fits(bindings: Bindings, given: Type, wanted: Type) -> bool:
    if wanted.kind == "variable":
        fits, was_bound = _bind(bindings, given, wanted)
        if fits or was_bound:
            return fits
    if given.kind == "variable":
        return _bind(bindings, wanted, given)[0]
    if given.kind in _LOOSE or wanted.kind in _LOOSE:
        return True
    if given.kind == "null":
        return wanted.kind in _NULLABLE
    if wanted.kind == "null":
        return given.kind in _NULLABLE
    if given.kind != wanted.kind or given.name != wanted.name:
        return False
    if given.kind == "type":
        return True
    return len(given.parameters) == len(wanted.parameters) and all(
        _fits(bindings, g, w) for g, w in zip(given.parameters, wanted.parameters, strict=True)
    )


def _bind(bindings: Bindings, given: Type, variable: Type) -> tuple[bool, bool]:
    """Let a variable stand for a type: did that work, and did it stand for something before?"""
    if given == variable:
        return True, True
    bound = bindings.get(variable.name)
    if bound is None:
        if _occurs(bindings, variable, given):
            return False, False
        bindings[variable.name] = given
        return True, False
    if given == bound:
        return True, True
    if not _fits(bindings, given, bound):
        return False, True
    general = more_general(given, bound)
    if not _occurs(bindings, variable, general):
        bindings[variable.name] = general
    return True, True


def _occurs(bindings: Bindings, variable: Type, within: Type) -> bool:
    """Is the variable part of a type? Then it cannot stand for it."""
    if variable == within:
        return True
    if within.kind == "variable":
        bound = bindings.get(within.name)
        return bound is not None and _occurs(bindings, variable, bound)
    return any(_occurs(bindings, variable, p) for p in within.parameters)
