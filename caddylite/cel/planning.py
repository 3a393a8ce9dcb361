"""Checked syntax tree → a function that is called with the values of the variables.

Each expression becomes a function of the frame, the list of all its variables' values. An
expression that has no value raises EvalError.
"""

from collections.abc import Callable
from typing import Any, Final

from caddylite import regexps
from caddylite.cel.declarations import Overload
from caddylite.cel.operators import has_field, pick
from caddylite.cel.problems import BadExpression, EvalError
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

#: The values of an expression's variables, by slot.
Frame = list[Any]
#: Computes the value of an expression.
Step = Callable[[Frame], Any]
#: Looks at a call whose steps are planned; may return something better than calling it. It is
#: given the name of the function and for each argument its value, if it is constant.
Specializer = Callable[[str, list["Constant | None"]], "Function | None"]

_CONVERSIONS: Final = frozenset(
    ("bool", "bytes", "double", "duration", "dyn", "int", "string", "timestamp", "type", "uint")
)


class Constant:
    """A step whose value is known."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __call__(self, frame: Frame) -> Any:
        """Return it."""
        return self.value


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
            return value(frame) if isinstance(value, _Lazy) else value

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
        special = _SPECIAL.get(expr.function)
        if special is not None:
            return special(steps)
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
                    frame[result_slot] = e
            return result(frame)

        return loop

    def _bind(self, expr: Bind) -> Step:
        init, result, slot = self.plan(expr.init), self.plan(expr.result), expr.slot

        def bind(frame: Frame) -> Any:
            frame[slot] = _Lazy(slot, init)
            return result(frame)

        return bind


class _Lazy:
    """The value of a bound variable, computed when it is first looked at."""

    __slots__ = ("_init", "_slot")

    def __init__(self, slot: int, init: Step) -> None:
        self._slot, self._init = slot, init

    def __call__(self, frame: Frame) -> Any:
        value = frame[self._slot] = self._init(frame)
        return value


def _appends(expr: Call) -> bool:
    """Is this the step of a macro that gathers a list?"""
    return (
        expr.function == "_+_"
        and isinstance(expr.arguments[0], Ident)
        and expr.arguments[0].name == "@result"
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


def _all(steps: list[Step]) -> Step:
    """``a && b``: false if one is false, whatever is wrong with the others."""

    def every(frame: Frame) -> bool:
        failed: EvalError | None = None
        for step in steps:
            try:
                value = step(frame)
            except EvalError as e:
                failed = failed or e
                continue
            if value is False:
                return False
            if value is not True:
                failed = failed or no_overload()
        if failed is not None:
            raise failed
        return True

    return every


def _any(steps: list[Step]) -> Step:
    """``a || b``: true if one is true, whatever is wrong with the others."""

    def some(frame: Frame) -> bool:
        failed: EvalError | None = None
        for step in steps:
            try:
                value = step(frame)
            except EvalError as e:
                failed = failed or e
                continue
            if value is True:
                return True
            if value is not False:
                failed = failed or no_overload()
        if failed is not None:
            raise failed
        return False

    return some


def _choice(steps: list[Step]) -> Step:
    condition, yes, no = steps

    def choose(frame: Frame) -> Any:
        decided = condition(frame)
        if decided is True:
            return yes(frame)
        if decided is False:
            return no(frame)
        raise no_overload()

    return choose


def _not_false(steps: list[Step]) -> Step:
    (step,) = steps

    def answer(frame: Frame) -> bool:
        try:
            return step(frame) is not False
        except EvalError:
            return True

    return answer


_SPECIAL: Final[dict[str, Callable[[list[Step]], Step]]] = {
    "_&&_": _all,
    "_||_": _any,
    "_?_:_": _choice,
    "@not_strictly_false": _not_false,
}
