"""Functions of numbers: the library cel-go calls ``ext.Math``."""

import math
from collections.abc import Callable
from typing import Any, Final

from caddylite.cel.declarations import functions
from caddylite.cel.operators import as_int
from caddylite.cel.problems import EvalError
from caddylite.cel.values import UINT_MAX, Uint, is_number, no_overload, order

_NUMBERS: Final = ("int", "uint", "double")


def _extreme(name: str, wanted: int) -> Callable[..., Any]:
    """Make ``math.least`` (1: a larger one loses) or ``math.greatest`` (-1)."""

    def better(first: Any, second: Any) -> Any:
        found = order(first, second)
        if found is None:
            raise EvalError(f"NaN values cannot be ordered: {name}")
        return second if found == wanted else first

    def choose(first: Any, *second: Any) -> Any:
        numbers = first if isinstance(first, list) else [first, *second]
        if not numbers:
            raise EvalError(f"{name}(list) argument must not be empty")
        best = numbers[0]
        for number in numbers[1:]:
            best = better(best, number)
        if not is_number(best):
            raise no_overload()
        return best

    return choose


def _extreme_rows(name: str, wanted: int) -> list[tuple[str, str, Callable[..., Any]]]:
    run = _extreme(name, wanted)
    signatures = [f"({t}) -> {t}" for t in _NUMBERS]
    signatures += [f"({a}, {b}) -> {a if a == b else 'dyn'}" for a in _NUMBERS for b in _NUMBERS]
    signatures += [f"(list({t})) -> {t}" for t in _NUMBERS]
    return [(name, signature, run) for signature in signatures]


def _rounding(how: Callable[[float], float]) -> Callable[[float], float]:
    return lambda x: float(how(x)) if math.isfinite(x) else x


def _round(x: float) -> float:
    """Round to the nearest whole number, halves away from zero."""
    whole = math.trunc(x)
    return whole + math.copysign(1, x) if abs(x - whole) >= 0.5 else float(whole)


def _sign_of_double(x: float) -> float:
    return x if math.isnan(x) else float((x > 0) - (x < 0))


def _square_root(x: float) -> float:
    return math.sqrt(x) if x >= 0 else math.nan


def _shift_left(x: int, bits: int) -> int:
    _mind_the_sign(bits, "math.bitShiftLeft()")
    wide = (x << bits) & UINT_MAX if bits < 64 else 0
    return _like(x, wide)


def _shift_right(x: int, bits: int) -> int:
    """Shift the 64 bits as they are: those of a negative number bring no ones in."""
    _mind_the_sign(bits, "math.bitShiftRight()")
    return _like(x, (x & UINT_MAX) >> bits if bits < 64 else 0)


def _mind_the_sign(bits: int, name: str) -> None:
    if bits < 0:
        raise EvalError(f"{name} negative offset: {bits}")


def _like(x: int, wide: int) -> int:
    """Take 64 bits as a number of the type of ``x``."""
    if type(x) is Uint:
        return Uint(wide)
    return wide - (1 << 64) if wide >> 63 else wide


def _bits(name: str, run: Callable[[int, int], int]) -> list[tuple[str, str, Callable[..., Any]]]:
    return [
        (name, "(int, int) -> int", run),
        (name, "(uint, uint) -> uint", lambda a, b: Uint(run(int(a), int(b)))),
    ]


MATHS: Final = functions(
    *_extreme_rows("math.@min", 1),
    *_extreme_rows("math.@max", -1),
    ("math.ceil", "(double) -> double", _rounding(math.ceil)),
    ("math.floor", "(double) -> double", _rounding(math.floor)),
    ("math.round", "(double) -> double", _rounding(_round)),
    ("math.trunc", "(double) -> double", _rounding(math.trunc)),
    ("math.isInf", "(double) -> bool", math.isinf),
    ("math.isNaN", "(double) -> bool", math.isnan),
    ("math.isFinite", "(double) -> bool", math.isfinite),
    ("math.abs", "(double) -> double", abs),
    ("math.abs", "(int) -> int", lambda x: as_int(abs(x))),
    ("math.abs", "(uint) -> uint", lambda x: x),
    ("math.sign", "(double) -> double", _sign_of_double),
    ("math.sign", "(int) -> int", lambda x: (x > 0) - (x < 0)),
    ("math.sign", "(uint) -> uint", lambda x: Uint(x > 0)),
    *_bits("math.bitAnd", lambda a, b: a & b),
    *_bits("math.bitOr", lambda a, b: a | b),
    *_bits("math.bitXor", lambda a, b: a ^ b),
    ("math.bitNot", "(int) -> int", lambda x: ~x),
    ("math.bitNot", "(uint) -> uint", lambda x: Uint(UINT_MAX ^ int(x))),
    ("math.bitShiftLeft", "(int, int) -> int", _shift_left),
    ("math.bitShiftLeft", "(uint, int) -> uint", _shift_left),
    ("math.bitShiftRight", "(int, int) -> int", _shift_right),
    ("math.bitShiftRight", "(uint, int) -> uint", _shift_right),
    *(("math.sqrt", f"({t}) -> double", _square_root) for t in _NUMBERS),
)
