"""Functions of lists: the library cel-go calls ``ext.Lists``."""

from functools import cmp_to_key
from typing import Any, Final

from caddylite.cel.declarations import functions
from caddylite.cel.problems import EvalError
from caddylite.cel.values import equal, no_overload, order

#: The longest list that ``lists.range`` makes.
LONGEST_RANGE: Final = 1_000_000
_COMPARABLE: Final = (
    "int", "uint", "double", "bool", "duration", "timestamp", "string", "bytes",
)  # fmt: skip


def _slice(given: list[Any], start: int, end: int) -> list[Any]:
    asked = f"cannot slice({start}, {end})"
    if start < 0 or end < 0:
        raise EvalError(f"{asked}, negative indexes not supported")
    if start > end:
        raise EvalError(f"{asked}, start index must be less than or equal to end index")
    if len(given) < end:
        raise EvalError(f"{asked}, list is length {len(given)}")
    return given[start:end]


def _flatten(given: list[Any], depth: int = 1) -> list[Any]:
    """Put the elements of lists in their place; so many levels of them."""
    if depth < 0:
        raise EvalError("level must be non-negative")
    flat = given
    for _ in range(depth):
        if not any(isinstance(e, list) for e in flat):
            break
        flat = [e for one in flat for e in (one if isinstance(one, list) else (one,))]
    return flat


def _sort(given: list[Any]) -> list[Any]:
    return _sort_by_keys(given, given)


def _sort_by_keys(given: list[Any], keys: list[Any]) -> list[Any]:
    if len(given) != len(keys):
        raise EvalError(
            "@sortByAssociatedKeys() expected a list of the same size as the associated keys "
            f"list, but got {len(given)} and {len(keys)} elements respectively"
        )
    if keys and any(type(k) is not type(keys[0]) for k in keys):
        raise EvalError("list elements must have the same type")
    for key in keys[:1]:
        try:
            order(key, key)
        except EvalError:
            raise EvalError("list elements must be comparable") from None
    key = cmp_to_key(lambda a, b: order(a, b) or 0)
    pairs = zip(map(key, keys), given, strict=True)
    return [element for _, element in sorted(pairs, key=lambda pair: pair[0])]


def _range(count: int) -> list[int]:
    if count < 0:
        raise EvalError(f"lists.range: size must be non-negative, got {count}")
    if count > LONGEST_RANGE:
        raise EvalError(f"lists.range: size {count} exceeds maximum allowed ({LONGEST_RANGE})")
    return list(range(count))


def _distinct(given: list[Any]) -> list[Any]:
    out: list[Any] = []
    for element in given:
        if not any(equal(element, e) for e in out):
            out.append(element)
    return out


def _flatten_to(given: Any, depth: Any) -> list[Any]:
    if not isinstance(given, list) or type(depth) is not int:
        raise no_overload()
    return _flatten(given, depth)


LISTS: Final = functions(
    ("slice", "list(T).(int, int) -> list(T)", _slice),
    ("flatten", "list(list(T)).() -> list(T)", _flatten),
    ("flatten", "list(dyn).(int) -> list(dyn)", _flatten_to),
    *(("sort", f"list({t}).() -> list({t})", _sort) for t in _COMPARABLE),
    *(
        ("@sortByAssociatedKeys", f"list(T).(list({t})) -> list(T)", _sort_by_keys)
        for t in _COMPARABLE
    ),
    ("lists.range", "(int) -> list(int)", _range),
    ("reverse", "list(T).() -> list(T)", lambda given: given[::-1]),
    ("distinct", "list(T).() -> list(T)", _distinct),
)
