"""What may stand between the parentheses of a request matcher in an expression.

Texts that are written out, placeholders, and such texts added together; lists and maps of them.
"""

from collections.abc import Callable
from typing import Final

from caddylite.cel.macros import MacroError
from caddylite.cel.problems import NOWHERE
from caddylite.cel.syntax import Call, Expr, Ident, ListExpr, Literal, MapExpr, Message

#: The function that looks up a placeholder, and the variable that is the request.
PLACEHOLDER: Final = "ph"
REQUEST: Final = "req"

#: Makes a call of the place, the target and the arguments of what was written.
Expand = Callable[[int, Expr | None, list[Expr]], Expr]


def _of_request(at: int, function: str, given: Expr) -> Expr:
    return Call(at, function, [Ident(at, REQUEST), given])


def list_macro(function: str) -> Expand:
    """Make ``name('a', 'b', …)``, a call with a list."""

    def expand(at: int, _: Expr | None, arguments: list[Expr]) -> Expr:
        if not arguments:
            raise MacroError(NOWHERE, "matcher requires at least one argument")
        for argument in arguments:
            if not _is_text(argument):
                raise MacroError(argument.at, "matcher arguments must be string constants")
        return _of_request(at, function, ListExpr(at, arguments))

    return expand


def string_macro(function: str) -> Expand:
    """Make ``name('a')``, a call with a text."""

    def expand(at: int, _: Expr | None, arguments: list[Expr]) -> Expr:
        (argument,) = arguments
        if not _is_text(argument):
            raise MacroError(argument.at, "matcher argument must be a string literal")
        return _of_request(at, function, argument)

    return expand


def map_macro(function: str) -> Expand:
    """Make ``name({'a': 'b', 'c': ['d', 'e']})``, a call with a map."""

    def expand(at: int, _: Expr | None, arguments: list[Expr]) -> Expr:
        (given,) = arguments
        if isinstance(given, Message):
            raise MacroError(given.at, f"matcher input must be a map literal, not a {given.name}")
        if not isinstance(given, MapExpr):
            raise MacroError(given.at, "matcher requires a map literal argument")
        for colon, key, value in given.entries:
            if not _is_text(key):
                raise MacroError(colon, "matcher map keys must be string literals")
            if not _is_text(value) and not _is_text_list(value):
                raise MacroError(value.at, "matcher map values must be string or list literals")
        return _of_request(at, function, given)

    return expand


def file_macro(function: str) -> Expand:
    """Make ``file()``, ``file('a', 'b')`` or ``file({'try_files': […], 'root': '/srv'})``."""

    def expand(at: int, _: Expr | None, arguments: list[Expr]) -> Expr:
        if not arguments:
            return _of_request(at, function, MapExpr(at, []))
        if len(arguments) == 1 and _are_file_options(arguments[0]):
            return _of_request(at, function, arguments[0])
        for argument in arguments:
            if not _is_literal_text(argument) and not _is_placeholder(argument):
                raise MacroError(
                    argument.at,
                    "matcher requires either a map or string literal argument"
                    if len(arguments) == 1
                    else "matcher only supports repeated string literal arguments",
                )
        files = (at, Literal(at, "try_files"), ListExpr(at, arguments))
        return _of_request(at, function, MapExpr(at, [files]))

    return expand


def _are_file_options(expr: Expr) -> bool:
    return isinstance(expr, MapExpr) and all(
        _is_literal_text(key) and _is_file_option(key, value) for _, key, value in expr.entries
    )


def _is_file_option(key: Expr, value: Expr) -> bool:
    assert isinstance(key, Literal)
    if key.value in ("try_files", "split_path"):
        return _is_text_list(value)
    return key.value in ("try_policy", "root") and _is_text(value)


def _is_text(expr: Expr) -> bool:
    """Is it a text that is written out, a placeholder, or such texts added together?"""
    if isinstance(expr, Call) and expr.function == "_+_":
        return all(map(_is_text, expr.arguments))
    return _is_literal_text(expr) or _is_placeholder(expr)


def _is_literal_text(expr: Expr) -> bool:
    return isinstance(expr, Literal) and isinstance(expr.value, str)


def _is_placeholder(expr: Expr) -> bool:
    return isinstance(expr, Call) and expr.function == PLACEHOLDER


def _is_text_list(expr: Expr) -> bool:
    return isinstance(expr, ListExpr) and all(map(_is_text, expr.elements))
