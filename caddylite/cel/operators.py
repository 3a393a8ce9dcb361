"""Operators: arithmetic that notices overflow, comparisons, membership, indexing, size."""

import math
from collections.abc import Callable
from typing import Any, Final

from caddylite.cel.declarations import Signatures, generic
from caddylite.cel.problems import EvalError
from caddylite.cel.values import (
    INT_MAX,
    INT_MIN,
    UINT_MAX,
    Duration,
    Map,
    Timestamp,
    Uint,
    equal,
    has_order,
    no_overload,
    order,
    type_name,
)

#: The moments that a timestamp can be: from year 1 to year 9999, in nanoseconds.
EARLIEST: Final = -62135596800 * 10**9
LATEST: Final = 253402300799 * 10**9 + 999_999_999


def as_int(number: int) -> int:
    """Return a signed number if 64 bits hold it."""
    if INT_MIN <= number <= INT_MAX:
        return number
    raise EvalError("integer overflow")


def as_uint(number: int) -> Uint:
    """Return an unsigned number if 64 bits hold it."""
    if 0 <= number <= UINT_MAX:
        return Uint(number)
    raise EvalError("unsigned integer overflow")


def as_timestamp(nanoseconds: int, offset: int = 0) -> Timestamp:
    """Return a moment if it lies in years that have four digits."""
    if EARLIEST <= nanoseconds <= LATEST:
        return Timestamp(nanoseconds, offset)
    raise EvalError("timestamp overflow")


def _integers(a: Any, b: Any, compute: Callable[[int, int], int]) -> int | None:
    """Compute with two ints or two uints; None for any other values."""
    if type(a) is int and type(b) is int:
        return as_int(compute(a, b))
    if type(a) is Uint and type(b) is Uint:
        return as_uint(compute(int(a), int(b)))
    return None


def add(a: Any, b: Any) -> Any:
    """Add numbers, times and spans of time; join strings, bytes and lists."""
    if type(a) is type(b) and isinstance(a, (str, bytes, float, list)):
        return a + b
    if isinstance(a, Duration) and isinstance(b, Duration):
        return Duration(as_int(a.nanoseconds + b.nanoseconds))
    if isinstance(a, Duration) and isinstance(b, Timestamp):
        a, b = b, a
    if isinstance(a, Timestamp) and isinstance(b, Duration):
        return as_timestamp(a.nanoseconds + b.nanoseconds, a.offset)
    total = _integers(a, b, lambda x, y: x + y)
    if total is None:
        raise no_overload()
    return total


def subtract(a: Any, b: Any) -> Any:
    """Subtract numbers and spans of time; between two moments is a span."""
    if isinstance(a, float) and isinstance(b, float):
        return a - b
    if isinstance(a, Timestamp) and isinstance(b, Duration):
        return as_timestamp(a.nanoseconds - b.nanoseconds, a.offset)
    if type(a) is type(b) and isinstance(a, (Timestamp, Duration)):
        return Duration(as_int(a.nanoseconds - b.nanoseconds))
    difference = _integers(a, b, lambda x, y: x - y)
    if difference is None:
        raise no_overload()
    return difference


def multiply(a: Any, b: Any) -> Any:
    """Multiply numbers."""
    if isinstance(a, float) and isinstance(b, float):
        return a * b
    product = _integers(a, b, lambda x, y: x * y)
    if product is None:
        raise no_overload()
    return product


def divide(a: Any, b: Any) -> Any:
    """Divide numbers; a quotient of integers is cut towards zero."""
    if isinstance(a, float) and isinstance(b, float):
        return _divide_doubles(a, b)
    quotient = _integers(a, b, _quotient)
    if quotient is None:
        raise no_overload()
    return quotient


def _divide_doubles(a: float, b: float) -> float:
    if b:
        return a / b
    if not a or a != a:
        return math.nan
    return math.copysign(math.inf, a) * math.copysign(1.0, b)


def _quotient(a: int, b: int) -> int:
    if not b:
        raise EvalError("division by zero")
    return abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)


def modulo(a: Any, b: Any) -> Any:
    """Return what a division leaves; it has the sign of ``a``."""
    rest = _integers(a, b, _rest)
    if rest is None:
        raise no_overload()
    return rest


def _rest(a: int, b: int) -> int:
    if not b:
        raise EvalError("modulus by zero")
    if a == INT_MIN and b == -1:
        raise EvalError("integer overflow")  # that of the quotient: the rest would be 0
    rest = abs(a) % abs(b)
    return -rest if a < 0 else rest


def negate(a: Any) -> Any:
    """Change the sign."""
    if type(a) is int:
        return as_int(-a)
    if isinstance(a, float):
        return -a
    if isinstance(a, Duration):
        return Duration(as_int(-a.nanoseconds))
    raise no_overload()


def invert(a: Any) -> bool:
    """Answer ``!a``."""
    if isinstance(a, bool):
        return not a
    raise no_overload()


def _comparison(holds: Callable[[int], bool]) -> Callable[[Any, Any], bool]:
    """Make a comparison; nothing holds of what is not a number (NaN)."""

    def compare(a: Any, b: Any) -> bool:
        if b != b and type(b) is float and has_order(a):
            return False
        found = None if a != a else order(a, b)
        return found is not None and holds(found)

    return compare


def contains(element: Any, where: Any) -> bool:
    """Answer ``element in where``: an element of a list, a key of a map."""
    if isinstance(where, list):
        return any(equal(element, e) for e in where)
    if isinstance(where, Map):
        return where.find(element) is not None
    raise no_overload()


def pick(where: Any, index: Any) -> Any:
    """Return ``where[index]``."""
    if isinstance(where, Map):
        entry = where.find(index)
        if entry is None:
            raise EvalError(f"no such key: {index}")
        return entry[1]
    if not isinstance(where, list):
        raise EvalError(f"no such key: {index}")
    if type(index) not in (int, Uint, float):
        raise EvalError(f"unsupported index type '{type_name(index)}' in list")
    if index != index // 1 or not INT_MIN <= index <= INT_MAX:
        raise EvalError(f"unsupported index value {index} in list")
    if not 0 <= index < len(where):
        raise EvalError(f"index out of bounds: {index}")
    return where[int(index)]


def has_field(where: Any, name: str) -> bool:
    """Answer ``has(where.name)``."""
    if isinstance(where, list):
        raise EvalError("unsupported index type 'string' in list")
    return isinstance(where, Map) and where.find(name) is not None


def size(value: Any) -> int:
    """Count characters, bytes, elements or entries."""
    if isinstance(value, (str, bytes, list, Map)):
        return len(value)
    raise no_overload()


_NUMBERS: Final = ("int", "uint", "double")
_ORDERED: Final = ("bool", *_NUMBERS, "string", "bytes", "timestamp", "duration")


def _for(types: tuple[str, ...], pattern: str) -> list[str]:
    return [pattern.replace("T", name) for name in types]


def _ordering(holds: Callable[[int], bool]) -> Signatures:
    mixed = tuple(
        f"({one}, {other}) -> bool" for one in _NUMBERS for other in _NUMBERS if one != other
    )
    return generic(_comparison(holds), *_for(_ORDERED, "(T, T) -> bool"), mixed=mixed)


OPERATORS: Final[dict[str, Signatures]] = {
    "_+_": generic(
        add,
        "(bytes, bytes) -> bytes", "(double, double) -> double",
        "(duration, duration) -> duration", "(duration, timestamp) -> timestamp",
        "(timestamp, duration) -> timestamp", "(int, int) -> int",
        "(list(A), list(A)) -> list(A)", "(string, string) -> string", "(uint, uint) -> uint",
    ),
    "_-_": generic(
        subtract,
        "(double, double) -> double", "(duration, duration) -> duration", "(int, int) -> int",
        "(timestamp, duration) -> timestamp", "(timestamp, timestamp) -> duration",
        "(uint, uint) -> uint",
    ),
    "_*_": generic(multiply, *_for(_NUMBERS, "(T, T) -> T")),
    "_/_": generic(divide, *_for(_NUMBERS, "(T, T) -> T")),
    "_%_": generic(modulo, *_for(_NUMBERS[:2], "(T, T) -> T")),
    "-_": generic(negate, "(double) -> double", "(int) -> int"),
    "!_": generic(invert, "(bool) -> bool"),
    "_==_": generic(equal, "(A, A) -> bool"),
    "_!=_": generic(lambda a, b: not equal(a, b), "(A, A) -> bool"),
    "_<_": _ordering(lambda found: found < 0),
    "_<=_": _ordering(lambda found: found <= 0),
    "_>_": _ordering(lambda found: found > 0),
    "_>=_": _ordering(lambda found: found >= 0),
    "_[_]": generic(pick, "(list(A), int) -> A", "(map(A, B), A) -> B"),
    "@in": generic(contains, "(A, list(A)) -> bool", "(A, map(A, B)) -> bool"),
    "size": generic(
        size,
        "(bytes) -> int", "bytes.() -> int", "(list(A)) -> int", "list(A).() -> int",
        "(map(A, B)) -> int", "map(A, B).() -> int", "(string) -> int", "string.() -> int",
    ),
    "_&&_": generic(no_overload, "(bool, bool) -> bool"),
    "_||_": generic(no_overload, "(bool, bool) -> bool"),
    "_?_:_": generic(no_overload, "(bool, A, A) -> A"),
    "@not_strictly_false": generic(no_overload, "(bool) -> bool"),
}  # fmt: skip
