"""Compiled expressions."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from caddylite.cel.checker import Checker
from caddylite.cel.declarations import Environment
from caddylite.cel.format_checks import check_formats
from caddylite.cel.parsing import MAX_DEPTH, parse
from caddylite.cel.planning import Planner, Specializer
from caddylite.cel.problems import BadExpression, EvalError, Problems
from caddylite.cel.steps import Step
from caddylite.cel.types import Type


@dataclass(frozen=True, slots=True)
class Program:
    """An expression that can be evaluated; ``type`` is what it is before that."""

    type: Type
    step: Step
    slots: int

    def __call__(self, *variables: Any) -> Any:
        """Evaluate with the values of the environment's variables; EvalError if it has none."""
        frame = [*variables, *[None] * (self.slots - len(variables))]
        try:
            return self.step(frame)
        except RecursionError:
            raise EvalError("expression is nested too deeply") from None


@contextmanager
def _nesting_is_bounded() -> Iterator[None]:
    """Say of an expression that uses up Python's stack what is said of any that is too deep."""
    try:
        yield
    except RecursionError:
        raise BadExpression(f"expression recursion limit exceeded: {MAX_DEPTH}") from None


def check(source: str, environment: Environment) -> tuple[Type, Callable[[Specializer], Program]]:
    """Parse and check an expression; return its type, and what compiles it.

    BadExpression, in cel-go's words, if something is wrong.
    """
    problems = Problems(source)
    with _nesting_is_bounded():
        expr = parse(source, environment.macros, problems)
        problems.stop_if_any()
        assert expr is not None
        checker = Checker(environment, problems)
        checker.check(expr)
        problems.stop_if_any()
        check_formats(expr, checker.settled, problems)
        problems.stop_if_any()

    def finish(specialize: Specializer) -> Program:
        with _nesting_is_bounded():
            return Program(checker.settled(expr), Planner(specialize).plan(expr), checker.slots)

    return checker.settled(expr), finish


def compile(  # noqa: A001 - as in re.compile
    source: str, environment: Environment, specialize: Specializer = lambda name, constants: None
) -> Program:
    """Parse, check and compile an expression; BadExpression if something is wrong with it."""
    return check(source, environment)[1](specialize)
