"""What computes values: steps with a known value, with one that is computed late, and the
operators that do not look at all their operands.
"""

from collections.abc import Callable
from typing import Any, Final

from caddylite.cel.problems import EvalError
from caddylite.cel.values import no_overload

#: The values of an expression's variables, by slot.
Frame = list[Any]
#: Computes the value of an expression.
Step = Callable[[Frame], Any]


class Constant:
    """A step whose value is known."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __call__(self, frame: Frame) -> Any:
        """Return it."""
        return self.value


class Lazy:
    """The value of a bound variable, computed when it is first looked at."""

    __slots__ = ("_init", "_slot")

    def __init__(self, slot: int, init: Step) -> None:
        self._slot, self._init = slot, init

    def __call__(self, frame: Frame) -> Any:
        """Compute it, and put it where it is looked for."""
        value = frame[self._slot] = self._init(frame)
        return value


def _all(steps: list[Step]) -> Step:
    """``a && b``: false if one is false, whatever is wrong with the others."""
    return _decided_by(False, steps)


def _any(steps: list[Step]) -> Step:
    """``a || b``: true if one is true, whatever is wrong with the others."""
    return _decided_by(True, steps)


def _decided_by(decisive: bool, steps: list[Step]) -> Step:
    other = not decisive

    def decide(frame: Frame) -> Any:
        failed: EvalError | None = None
        for step in steps:
            try:
                value = step(frame)
            except EvalError as e:
                failed = failed or e
                continue
            if value is decisive:
                return decisive
            if value is not other:
                failed = failed or no_overload()
        if failed is not None:
            raise failed
        return other

    return decide


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


#: The operators that look at their operands themselves.
LAZY_OPERATORS: Final[dict[str, Callable[[list[Step]], Step]]] = {
    "_&&_": _all,
    "_||_": _any,
    "_?_:_": _choice,
    "@not_strictly_false": _not_false,
}
