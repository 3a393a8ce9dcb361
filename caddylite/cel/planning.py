"""Checked syntax tree → a function that is called with the values of the variables.

Each expression becomes a function of the frame, the list of all its variables' values. An
expression that has no value raises EvalError.
"""

from collections.abc import Callable
from typing import Any, Final

from caddylite import regexps
from caddylite.cel.declarations import Overload
from caddylite.cel.macros import RESULT
from caddylite.cel.operators import has_field, pick
from caddylite.cel.problems import BadExpression, EvalError
from caddylite.cel.steps import LAZY_OPERATORS, Constant, Frame, Lazy, Step
from caddylite.cel.syntax import (
    NO_SLOT,
    Bind,
    Call,
    Comprehension,
    Expr,
    Ident,
    ListExpr,
    Literal,
    MapExpr,
    Select,
)
from caddylite.cel.values import Function, Map, no_overload, type_name

#: Is asked about each call: by the function's name, and the arguments that are constant, it may
#: return what is to be called instead.
Specializer = Callable[[str, list[Constant | None]], Function | None]

_CONVERSIONS: Final = frozenset(
    ("bool", "bytes", "double", "duration", "dyn", "int", "string", "timestamp", "type", "uint")
)


class Planner:
    """Plans one expression."""

    def __init__(self, specialize: Specializer) -> None:
        self._specialize = specialize
        self._plans: dict[type[Expr], Callable[[Any], Step]] = {
            Literal: lambda expr: Constant(expr.value),
            Ident: self._ident,
            Select: self._select,
            Call: self._call,
            ListExpr: self._list,
            MapExpr: self._map,
            Comprehension: self._comprehension,
            Bind: self._bind,
        }

    def plan(self, expr: Expr) -> Step:
        """Plan an expression; BadExpression where a constant in it cannot be computed."""
        return self._plans[type(expr)](expr)

    def _ident(self, expr: Ident) -> Step:
        slot = expr.slot
        if slot == NO_SLOT:
            return Constant(expr.value)

        def read(frame: Frame) -> Any:
            value = frame[slot]
            if isinstance(value, EvalError):
                raise value
            return value(frame) if isinstance(value, Lazy) else value

        return read

    def _select(self, expr: Select) -> Step:
        if expr.value is not None:
            return Constant(expr.value)
        operand, name = self.plan(expr.operand), expr.name
        if expr.test:
            return lambda frame: has_field(operand(frame), name)
        return lambda frame: pick(operand(frame), name)

    def _list(self, expr: ListExpr) -> Step:
        steps = [self.plan(e) for e in expr.elements]
        if all(isinstance(s, Constant) for s in steps):
            return Constant([s([]) for s in steps])
        return lambda frame: [step(frame) for step in steps]

    def _map(self, expr: MapExpr) -> Step:
        steps = [(self.plan(key), self.plan(value)) for _, key, value in expr.entries]
        if all(isinstance(s, Constant) for pair in steps for s in pair):
            return Constant(_folded(lambda: Map((k([]), v([])) for k, v in steps)))
        return lambda frame: Map((key(frame), value(frame)) for key, value in steps)

    def _call(self, expr: Call) -> Step:
        operands = expr.arguments if expr.target is None else [expr.target, *expr.arguments]
        if _appends(expr):
            return self._append(operands)
        steps = [self.plan(o) for o in operands]
        operator = LAZY_OPERATORS.get(expr.function)
        if operator is not None:
            return operator(steps)
        constants = [s if isinstance(s, Constant) else None for s in steps]
        if expr.function == "@in" and constants[1] is not None and constants[1].value == []:
            return Constant(False)  # cel-go does not even look at the element
        run = self._special_function(expr.function, constants) or _dispatch(expr)
        if expr.function in _CONVERSIONS and all(constants):
            return Constant(_folded(lambda: run(*(s([]) for s in steps))))
        if len(steps) == 1:
            (only,) = steps
            return lambda frame: run(only(frame))
        if len(steps) == 2:
            left, right = steps
            return lambda frame: run(left(frame), right(frame))
        return lambda frame: run(*[step(frame) for step in steps])

    def _special_function(self, name: str, constants: list[Constant | None]) -> Function | None:
        if name == "matches" and constants[1] is not None:
            return _matching(constants[1].value)
        return self._specialize(name, constants)

    def _append(self, operands: list[Expr]) -> Step:
        """``@result + [x]`` in a loop: nobody else sees the list yet, so it may grow."""
        so_far, added = self.plan(operands[0]), operands[1]
        assert isinstance(added, ListExpr)
        (step,) = [self.plan(e) for e in added.elements]

        def append(frame: Frame) -> Any:
            grown = so_far(frame)
            grown.append(step(frame))
            return grown

        return append

    def _comprehension(self, expr: Comprehension) -> Step:
        given, init = self.plan(expr.range), self.plan(expr.init)
        condition, step = self.plan(expr.condition), self.plan(expr.step)
        result = self.plan(expr.result)
        element_slot, result_slot = expr.variable_slot, expr.accumulator_slot

        def loop(frame: Frame) -> Any:
            elements = given(frame)
            if not isinstance(elements, (list, Map)):
                raise EvalError(f"got '{type_name(elements)}', expected iterable type")
            start = init(frame)
            frame[result_slot] = [] if isinstance(start, list) else start
            for frame[element_slot] in elements:
                if condition(frame) is False:
                    break
                try:
                    frame[result_slot] = step(frame)
                except EvalError as e:
                    frame[result_slot] = e.with_traceback(None)  # else each round adds to it
            return result(frame)

        return loop

    def _bind(self, expr: Bind) -> Step:
        init, result, slot = self.plan(expr.init), self.plan(expr.result), expr.slot

        def bind(frame: Frame) -> Any:
            frame[slot] = Lazy(slot, init)
            return result(frame)

        return bind


def _appends(expr: Call) -> bool:
    """Is this the step of a macro that gathers a list?"""
    return (
        expr.function == "_+_"
        and isinstance(expr.arguments[0], Ident)
        and expr.arguments[0].name == RESULT
        and isinstance(expr.arguments[1], ListExpr)
    )


def _dispatch(expr: Call) -> Function:
    """Return what calls the overload that the values at run time are for."""
    overloads, name = expr.overloads, expr.function
    if expr.by_value:
        return overloads[0].run

    def call(*values: Any) -> Any:
        given = list(values)
        return _choose(overloads, given, name).run(*given)

    return call


def _choose(overloads: list[Overload], values: list[Any], name: str) -> Overload:
    for overload in overloads:
        if overload.takes(values):
            return overload
    raise EvalError(f"no such overload: {name}({', '.join(map(type_name, values))})")


def _matching(pattern: Any) -> Function | None:
    """Compile the regular expression of ``matches`` if it is constant."""
    if not isinstance(pattern, str):
        return None
    try:
        search = regexps.compile(pattern).matches
    except ValueError as e:
        raise BadExpression(str(e)) from None

    def match(text: Any, _: Any) -> bool:
        if not isinstance(text, str):
            raise no_overload()
        return search(text)

    return match


def _folded(compute: Callable[[], Any]) -> Any:
    """Compute a constant."""
    try:
        return compute()
    except EvalError as e:
        raise BadExpression(str(e)) from None
