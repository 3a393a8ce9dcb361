"""The values of expressions while they are evaluated.

A bool, int, double, string, bytes, list and null are Python's bool, int, float, str, bytes, list
and None; the others are defined here. Lists and maps are never changed once an expression can see
them.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from caddylite.cel.problems import EvalError

INT_MIN: Final = -(2**63)
INT_MAX: Final = 2**63 - 1
UINT_MAX: Final = 2**64 - 1


class Uint(int):
    """An unsigned number of 64 bits."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"{int(self)}u"


@dataclass(frozen=True, slots=True)
class TypeValue:
    """A type as a value: what ``type(1)`` and ``int`` are."""

    name: str


@dataclass(frozen=True, slots=True, order=True)
class Duration:
    """A span of time in nanoseconds (64 bits, signed)."""

    nanoseconds: int


@dataclass(frozen=True, slots=True, order=True)
class Timestamp:
    """A moment: nanoseconds since 1970, UTC. ``offset`` (seconds) is only for writing it."""

    nanoseconds: int
    offset: int = field(default=0, compare=False)


class Map:
    """A map; its keys keep their types apart: ``1``, ``1u``, ``1.0`` and ``true`` are four."""

    __slots__ = ("_entries",)

    def __init__(self, entries: Iterable[tuple[Any, Any]] = ()) -> None:
        self._entries: dict[tuple[type, Any], tuple[Any, Any]] = {}
        for key, value in entries:
            if isinstance(key, (list, Map)):
                raise EvalError(f"unsupported key type: {type_name(key)}")
            self._entries[type(key), key] = key, value

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Any]:
        return (key for key, _ in self._entries.values())

    def items(self) -> Iterator[tuple[Any, Any]]:
        """Yield keys with their values."""
        return iter(self._entries.values())

    def find(self, key: Any) -> tuple[Any, Any] | None:
        """Return an entry; a number finds an integer of another type that is equal to it."""
        if isinstance(key, (list, Map)):
            return None
        entry = self._entries.get((type(key), key))
        if entry is not None or type(key) not in (int, Uint, float) or key != key // 1:
            return entry
        for other in (int, Uint):
            entry = self._entries.get((other, int(key)))
            if entry is not None:
                return entry
        return None


#: The names of the types of Python's own values.
_NAMES: Final[dict[type, str]] = {
    bool: "bool", int: "int", Uint: "uint", float: "double", str: "string", bytes: "bytes",
    list: "list", Map: "map", type(None): "null_type", TypeValue: "type",
    Duration: "google.protobuf.Duration", Timestamp: "google.protobuf.Timestamp",
}  # fmt: skip
_ORDERED: Final = (int, float, str, bytes, Duration, Timestamp)


def type_name(value: Any) -> str:
    """Return the name of a value's type, as ``type()`` knows it; the request is the one object."""
    return _NAMES.get(type(value), "http.Request")


def no_overload(*_: Any) -> EvalError:
    """Say that an operator or function is not made for such values."""
    return EvalError("no such overload")


def is_number(value: Any) -> bool:
    """Is it an int, a uint or a double?"""
    return type(value) in (int, Uint, float)


def equal(left: Any, right: Any) -> bool:
    """Compare for ``==``: numbers by what they stand for, everything else with its own kind."""
    if is_number(left) and is_number(right):
        return compare_numbers(left, right) == 0
    if type(left) is not type(right):
        return False
    if isinstance(left, list):
        return len(left) == len(right) and all(map(equal, left, right))
    if isinstance(left, Map):
        return len(left) == len(right) and all(
            (found := right.find(key)) is not None and equal(value, found[1])
            for key, value in left.items()
        )
    return bool(left == right)


def compare_numbers(left: Any, right: Any) -> int | None:
    """Return -1, 0 or 1, or None where one is not a number (NaN).

    An int and a uint are compared as they are, with a double among them as doubles, as cel-go
    does it.
    """
    if type(left) is float or type(right) is float:
        left, right = float(left), float(right)
    if left != left or right != right:
        return None
    return int(left > right) - int(left < right)


def has_order(value: Any) -> bool:
    """Are some values of its type less than others?"""
    return isinstance(value, _ORDERED)


def order(left: Any, right: Any) -> int | None:
    """Return -1, 0 or 1 for values that have an order; None if one is NaN; EvalError else."""
    if is_number(left) and is_number(right):
        return compare_numbers(left, right)
    if type(left) is not type(right) or not has_order(left):
        raise no_overload()
    return int(left > right) - int(left < right)


#: What a function of the library is in Python.
Function = Callable[..., Any]
