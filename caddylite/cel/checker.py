"""Gives every expression its type, every name its variable, every call its overloads.

What does not fit is complained of in cel-go's words. The rules are CEL's ("Gradual Type
Checking"); where cel-go goes its own way (numbers of different types may be compared once a macro
with a loop has been seen) it is followed.
"""

from collections.abc import Callable
from typing import Any, Final

from caddylite.cel import types
from caddylite.cel.declarations import Environment, Overload, Signatures
from caddylite.cel.problems import Problems
from caddylite.cel.syntax import (
    Bind,
    Call,
    Comprehension,
    Expr,
    Ident,
    ListExpr,
    Literal,
    MapExpr,
    Message,
    Select,
    qualified_name,
)
from caddylite.cel.types import BOOL, DYN, ERROR, Type
from caddylite.cel.unification import (
    Bindings,
    fit_all,
    is_loose,
    more_general,
    settled,
    substitute,
)
from caddylite.cel.values import TypeValue, type_name

#: The types that have a name in expressions.
_TYPE_NAMES: Final = {
    "bool": BOOL,
    "bytes": Type("bytes"),
    "double": Type("double"),
    "google.protobuf.Duration": Type("duration"),
    "google.protobuf.Timestamp": Type("timestamp"),
    "int": types.INT,
    "list": types.list_of(DYN),
    "map": types.map_of(DYN, DYN),
    "null_type": types.NULL,
    "string": types.STRING,
    "type": Type("type"),
    "uint": Type("uint"),
}


class Checker:
    """Checks one expression; afterwards ``slots`` is how many variables it has."""

    def __init__(self, environment: Environment, problems: Problems) -> None:
        self._environment, self._problems = environment, problems
        self._bindings: Bindings = {}
        self._fresh = 0
        self._scopes: list[tuple[str, Type, int]] = []
        self._mixed_numbers = False
        self.slots = len(environment.variables)
        self._checks: dict[type[Expr], Callable[[Any], Type]] = {
            Literal: self._literal,
            Ident: self._ident,
            Select: self._select,
            Call: self._call,
            ListExpr: self._list,
            MapExpr: self._map,
            Message: self._message,
            Comprehension: self._comprehension,
            Bind: self._bind,
        }

    def check(self, expr: Expr) -> Type:
        """Check an expression and all in it; return its type."""
        expr.type = self._checks[type(expr)](expr)
        return expr.type

    def settled(self, expr: Expr) -> Type:
        """Return a checked expression's type; what could not be found out is ``dyn``."""
        return settled(self._bindings, expr.type or ERROR)

    def _literal(self, expr: Literal) -> Type:
        return types.OF_LITERALS[type_name(expr.value)]

    def _ident(self, expr: Ident) -> Type:
        for name, kind, slot in reversed(self._scopes):
            if name == expr.name:
                expr.slot = slot
                return kind
        name = expr.name.removeprefix(".")
        if name in self._environment.variables:
            expr.slot = list(self._environment.variables).index(name)
            return self._environment.variables[name]
        if name in _TYPE_NAMES:
            expr.value = TypeValue(name)
            return types.type_of(_TYPE_NAMES[name])
        return self._undeclared(expr.at, expr.name)

    def _undeclared(self, at: int, name: str) -> Type:
        self._problems.add(at, f"undeclared reference to '{name}' (in container '')")
        return ERROR

    def _select(self, expr: Select) -> Type:
        name = qualified_name(expr)
        if name is not None and name.removeprefix(".") in _TYPE_NAMES:
            name = name.removeprefix(".")
            expr.value = TypeValue(name)
            return types.type_of(_TYPE_NAMES[name])
        operand = substitute(self._bindings, self.check(expr.operand))
        field = self._field(expr, operand)
        return BOOL if expr.test else field

    def _field(self, expr: Select, operand: Type) -> Type:
        if operand.kind == "map":
            return substitute(self._bindings, operand.parameters[1])
        if operand.kind == "object":
            self._problems.add(expr.at, f"unexpected failed resolution of '{operand.name}'")
            return ERROR
        if operand.kind == "variable":
            self._fit(DYN, operand)
        elif not is_loose(operand):
            self._problems.add(expr.at, f"type '{operand}' does not support field selection")
        return DYN

    def _call(self, expr: Call) -> Type:
        for argument in expr.arguments:
            self.check(argument)
        known = self._environment.functions
        if expr.target is not None:
            prefix = qualified_name(expr.target)
            name = f"{prefix}.{expr.function}".removeprefix(".")
            if prefix is None or name not in known:
                self.check(expr.target)
                name = expr.function
            else:
                expr.target, expr.function = None, name
        else:
            name = expr.function.removeprefix(".")
        if name not in known:
            return self._undeclared(expr.at, expr.function)
        expr.function, expr.by_value = name, known[name].by_value
        return self._resolve(expr, known[name])

    def _resolve(self, expr: Call, function: Signatures) -> Type:
        """Find the overloads whose parameters the arguments fit; return the result's type."""
        operands = expr.arguments if expr.target is None else [expr.target, *expr.arguments]
        if expr.function in ("_&&_", "_||_"):
            return self._logic(expr, function)
        given = tuple(o.type or ERROR for o in operands)
        result: Type | None = None
        for overload in function.overloads:
            if overload.member != (expr.target is not None):
                continue
            if overload.mixed and not self._mixed_numbers:
                continue
            found = self._fit_overload(given, overload)
            if found is None:
                continue
            expr.overloads.append(overload)
            if result is None:
                result = found
            elif result.kind not in ("dyn", "any") and found != result:
                result = DYN
        if result is None:
            signature = self._signature(given, expr.target is not None)
            self._problems.add(
                expr.at,
                f"found no matching overload for '{expr.function}' applied to '{signature}'",
            )
            return ERROR
        return result

    def _fit_overload(self, given: tuple[Type, ...], overload: Overload) -> Type | None:
        """Return the type of the overload's result, None if it is not meant."""
        names = {name: self._new_variable() for name in sorted(overload.variables)}
        wanted = tuple(substitute(names, p) for p in overload.parameters)
        bindings = fit_all(self._bindings, given, wanted)
        if bindings is None:
            return None
        self._bindings = bindings
        return substitute(bindings, substitute(names, overload.result))

    def _logic(self, expr: Call, function: Signatures) -> Type:
        expr.overloads = list(function.overloads)
        for argument in expr.arguments:
            self._expect(BOOL, argument)
        return BOOL

    def _signature(self, given: tuple[Type, ...], member: bool) -> str:
        shown = [str(settled(self._bindings, t)) for t in given]
        target = f"{shown.pop(0)}." if member else ""
        return f"{target}({', '.join(shown)})"

    def _list(self, expr: ListExpr) -> Type:
        return types.list_of(self._common_type(expr.elements))

    def _map(self, expr: MapExpr) -> Type:
        key = value = None
        for _, one_key, one_value in expr.entries:
            key = self._join(key, self.check(one_key))
            value = self._join(value, self.check(one_value))
        return types.map_of(key or self._new_variable(), value or self._new_variable())

    def _common_type(self, elements: list[Expr]) -> Type:
        common: Type | None = None
        for element in elements:
            common = self._join(common, self.check(element))
        return common or self._new_variable()

    def _join(self, so_far: Type | None, other: Type) -> Type:
        """Return the type that elements of both types have together."""
        if so_far is None:
            return other
        return more_general(so_far, other) if self._fit(so_far, other) else DYN

    def _message(self, expr: Message) -> Type:
        return self._undeclared(expr.at, expr.name)

    def _comprehension(self, expr: Comprehension) -> Type:
        self.check(expr.range)
        accumulated = self.check(expr.init)
        element = self._element_type(expr.range)
        outer = len(self._scopes)
        expr.accumulator_slot = self._declare(expr.accumulator, accumulated)
        expr.variable_slot = self._declare(expr.variable, element)
        self.check(expr.condition)
        self._expect(BOOL, expr.condition)
        self.check(expr.step)
        self._expect(accumulated, expr.step)
        del self._scopes[outer + 1 :]
        result = self.check(expr.result)
        del self._scopes[outer:]
        return substitute(self._bindings, result)

    def _element_type(self, expr: Expr) -> Type:
        """Return the type of what is met when going over a list or the keys of a map."""
        given = substitute(self._bindings, expr.type or ERROR)
        if given.kind in ("list", "map"):
            return given.parameters[0]
        if given.kind == "variable" or (is_loose(given) and given.kind != "any"):
            self._fit(DYN, given)
            return DYN
        self._problems.add(
            expr.at,
            f"expression of type '{given}' cannot be range of a comprehension "
            "(must be list, map, or dynamic)",
        )
        return ERROR

    def _bind(self, expr: Bind) -> Type:
        kind = self.check(expr.init)
        expr.slot = self._declare(expr.variable, kind)
        result = self.check(expr.result)
        self._scopes.pop()
        return substitute(self._bindings, result)

    def _declare(self, name: str, kind: Type) -> int:
        slot = self.slots
        self.slots += 1
        self._mixed_numbers = True
        self._scopes.append((name, kind, slot))
        return slot

    def _new_variable(self) -> Type:
        self._fresh += 1
        return types.variable(f"_{self._fresh}")

    def _fit(self, given: Type, wanted: Type) -> bool:
        bindings = fit_all(self._bindings, (given,), (wanted,))
        if bindings is None:
            return False
        self._bindings = bindings
        return True

    def _expect(self, wanted: Type, expr: Expr) -> None:
        given = expr.type or ERROR
        if not self._fit(wanted, given):
            self._problems.add(expr.at, f"expected type '{wanted}' but found '{given}'")
