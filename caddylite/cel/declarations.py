"""Functions as the checker and the compiler know them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from caddylite.cel import types
from caddylite.cel.macros import Macros
from caddylite.cel.types import Type
from caddylite.cel.values import Function, Map, type_name


@dataclass(frozen=True, slots=True)
class Overload:
    """One signature of a function; ``member`` where the first parameter stands before the dot.

    ``mixed`` marks comparisons of numbers of different types.
    """

    parameters: tuple[Type, ...]
    result: Type
    run: Function
    member: bool = False
    mixed: bool = False

    @property
    def variables(self) -> frozenset[str]:
        """Name the type variables in it."""
        return frozenset(v for t in (*self.parameters, self.result) for v in _variables(t))

    def takes(self, values: list[Any]) -> bool:
        """Do values at run time have the types of the parameters?"""
        return len(values) == len(self.parameters) and all(
            has_type(v, t) for v, t in zip(values, self.parameters, strict=True)
        )


def _variables(what: Type) -> Iterable[str]:
    if what.kind == "variable":
        yield what.name
    for parameter in what.parameters:
        yield from _variables(parameter)


def has_type(value: Any, wanted: Type) -> bool:
    """Has a value a type, as far as is looked: of lists and maps only the first element counts."""
    if wanted.kind in ("dyn", "any", "variable"):
        return True
    if type_name(value) != (wanted.name or types.RUNTIME_NAMES.get(wanted.kind, wanted.kind)):
        return False
    if isinstance(value, list) and value:
        return has_type(value[0], wanted.parameters[0])
    if isinstance(value, Map) and len(value):
        key, element = next(value.items())
        return has_type(key, wanted.parameters[0]) and has_type(element, wanted.parameters[1])
    return True


def overload(signature: str, run: Function, mixed: bool = False) -> Overload:
    """Make an overload of its signature: ``(int) -> int``, or ``string.(int) -> int``."""
    arguments, _, result = signature.partition(" -> ")
    target, member, inside = arguments.rpartition(".(")
    parameters = types.parse_list(inside[:-1] if member else arguments[1:-1])
    if member:
        parameters = (types.parse(target), *parameters)
    return Overload(parameters, types.parse(result), run, bool(member), mixed)


@dataclass(frozen=True, slots=True)
class Signatures:
    """A function's overloads.

    ``by_value`` marks functions whose one implementation looks at the values itself: it is called
    whatever overloads the types of the arguments allow.
    """

    overloads: tuple[Overload, ...]
    by_value: bool = False


#: A library: its functions by name.
Library = Mapping[str, Signatures]


def functions(*table: tuple[str, str, Function]) -> dict[str, Signatures]:
    """Make a library of rows: a function's name, a signature, what to call."""
    rows: dict[str, list[Overload]] = {}
    for name, signature, run in table:
        rows.setdefault(name, []).append(overload(signature, run))
    return {name: Signatures(tuple(overloads)) for name, overloads in rows.items()}


def generic(run: Function, *signatures: str, mixed: tuple[str, ...] = ()) -> Signatures:
    """Make a function with one implementation for all its signatures."""
    plain = [overload(s, run) for s in signatures]
    return Signatures((*plain, *(overload(s, run, mixed=True) for s in mixed)), by_value=True)


@dataclass(frozen=True)
class Environment:
    """What an expression may use: functions, macros, variables (slot numbers are their order)."""

    functions: Library
    macros: Macros
    variables: Mapping[str, Type] = field(default_factory=dict)
