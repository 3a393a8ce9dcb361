"""Evaluates expressions that need nothing from outside."""

from typing import Any

from caddylite.cel import library, program
from caddylite.cel.declarations import Environment
from caddylite.cel.macros import STANDARD
from caddylite.cel.problems import BadExpression, EvalError
from caddylite.cel.program import Program


def environment(**variables: Any) -> Environment:
    """Return the standard environment with some variables, by their types."""
    return Environment(library.standard(), STANDARD, variables)


def compiled(text: str, **variables: Any) -> Program:
    """Compile an expression with variables of these types."""
    return program.compile(text, environment(**variables))


def value(text: str) -> Any:
    """Return the value of an expression."""
    return compiled(text)()


def complaint(text: str) -> str:
    """Return what is said of an expression that is wrong."""
    try:
        compiled(text)
    except BadExpression as e:
        return str(e)
    raise AssertionError(f"{text} is right")


def failure(text: str) -> str:
    """Return why an expression has no value."""
    try:
        found = value(text)
    except EvalError as e:
        return str(e)
    raise AssertionError(f"{text} is {found!r}")
