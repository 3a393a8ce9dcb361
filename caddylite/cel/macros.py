"""The macros: calls that stand for loops and tests (CEL's language definition, "Macros")."""

from collections.abc import Callable, Mapping
from typing import Final

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
)

#: The variable that loops gather their result in; no expression can name it.
RESULT: Final = "@result"
#: The number of arguments of a macro that takes any number of them.
ANY: Final = -1


class MacroError(Exception):
    """A macro's arguments do not fit; ``at`` is where."""

    def __init__(self, at: int, message: str) -> None:
        super().__init__(message)
        self.at, self.message = at, message


#: Makes an expression of a call: the place of its parenthesis, what stands before the dot (if
#: anything does), the arguments. None if it is no such call after all.
Macro = Callable[[int, Expr | None, list[Expr]], Expr | None]
#: Macros by name, number of arguments, and whether they are called on something.
Macros = Mapping[tuple[str, int, bool], Macro]


def _has(at: int, _: Expr | None, arguments: list[Expr]) -> Expr:
    asked = arguments[0]
    if not isinstance(asked, Select) or asked.test:
        raise MacroError(asked.at, "invalid argument to has() macro")
    return Select(at, asked.operand, asked.name, test=True)


def _all(at: int, target: Expr | None, arguments: list[Expr]) -> Expr:
    return _loop(
        at, target, _simple_name(arguments[0]),
        init=Literal(at, True),
        condition=_call(at, "@not_strictly_false", _so_far(at)),
        step=_call(at, "_&&_", _so_far(at), arguments[1]),
    )  # fmt: skip


def _exists(at: int, target: Expr | None, arguments: list[Expr]) -> Expr:
    return _loop(
        at, target, _simple_name(arguments[0]),
        init=Literal(at, False),
        condition=_call(at, "@not_strictly_false", _call(at, "!_", _so_far(at))),
        step=_call(at, "_||_", _so_far(at), arguments[1]),
    )  # fmt: skip


def _exists_one(at: int, target: Expr | None, arguments: list[Expr]) -> Expr:
    one_more = _call(at, "_+_", _so_far(at), Literal(at, 1))
    return _loop(
        at, target, _simple_name(arguments[0]),
        init=Literal(at, 0),
        step=_call(at, "_?_:_", arguments[1], one_more, _so_far(at)),
        result=_call(at, "_==_", _so_far(at), Literal(at, 1)),
    )  # fmt: skip


def _map(at: int, target: Expr | None, arguments: list[Expr]) -> Expr:
    name = _identifier(arguments[0])
    step = _call(at, "_+_", _so_far(at), ListExpr(at, [arguments[-1]]))
    if len(arguments) == 3:
        step = _call(at, "_?_:_", arguments[1], step, _so_far(at))
    return _loop(at, target, name, init=ListExpr(at, []), step=step)


def _filter(at: int, target: Expr | None, arguments: list[Expr]) -> Expr:
    name = _identifier(arguments[0])
    step = _call(at, "_+_", _so_far(at), ListExpr(at, [arguments[0]]))
    step = _call(at, "_?_:_", arguments[1], step, _so_far(at))
    return _loop(at, target, name, init=ListExpr(at, []), step=step)


def _bind(at: int, target: Expr | None, arguments: list[Expr]) -> Expr | None:
    if not _is_namespace(target, "cel"):
        return None
    name = arguments[0]
    if not isinstance(name, Ident):
        raise MacroError(name.at, "cel.bind() variable names must be simple identifiers")
    return Bind(at, name.name, arguments[1], arguments[2])


def _sort_by(at: int, target: Expr | None, arguments: list[Expr]) -> Expr:
    assert target is not None
    if isinstance(target, (Literal, MapExpr, Message)):
        raise MacroError(
            target.at,
            "sortBy can only be applied to a list, identifier, comprehension, call or select "
            "expression",
        )
    given = "@__sortBy_input__"
    keys = _map(at, Ident(at, given), arguments)
    return Bind(at, given, target, Call(at, "@sortByAssociatedKeys", [keys], Ident(at, given)))


def _extreme(name: str, function: str) -> Macro:
    """Make ``math.least`` or ``math.greatest``, which take any number of numbers or one list."""

    def expand(at: int, target: Expr | None, arguments: list[Expr]) -> Expr | None:
        if not _is_namespace(target, "math"):
            return None
        if not arguments:
            assert target is not None
            raise MacroError(target.at, f"math.{name}() requires at least one argument")
        if len(arguments) == 1:
            if not _may_be_number(arguments[0]) and not _is_list_of_numbers(arguments[0]):
                raise MacroError(arguments[0].at, f"math.{name}() invalid single argument value")
            return _call(at, function, arguments[0])
        for argument in arguments:
            if not _may_be_number(argument):
                raise MacroError(
                    argument.at, f"math.{name}() simple literal arguments must be numeric"
                )
        if len(arguments) == 2:
            return _call(at, function, *arguments)
        return _call(at, function, ListExpr(at, arguments))

    return expand


def _is_namespace(target: Expr | None, name: str) -> bool:
    return isinstance(target, Ident) and target.name == name


def _may_be_number(expr: Expr) -> bool:
    if isinstance(expr, Literal):
        return isinstance(expr.value, (int, float)) and not isinstance(expr.value, bool)
    return not isinstance(expr, (ListExpr, MapExpr, Message))


def _is_list_of_numbers(expr: Expr) -> bool:
    if not isinstance(expr, ListExpr) or not expr.elements:
        return False
    return all(map(_may_be_number, expr.elements))


def _loop(
    at: int,
    target: Expr | None,
    name: str,
    *,
    init: Expr,
    step: Expr,
    condition: Expr | None = None,
    result: Expr | None = None,
) -> Comprehension:
    assert target is not None
    return Comprehension(
        at, target, name, RESULT, init, condition or Literal(at, True), step, result or _so_far(at)
    )


def _so_far(at: int) -> Ident:
    return Ident(at, RESULT)


def _call(at: int, function: str, *arguments: Expr) -> Call:
    return Call(at, function, list(arguments))


def _simple_name(expr: Expr) -> str:
    if not isinstance(expr, Ident):
        raise MacroError(expr.at, "argument must be a simple name")
    return _not_reserved(expr)


def _identifier(expr: Expr) -> str:
    if not isinstance(expr, Ident):
        raise MacroError(expr.at, "argument is not an identifier")
    return _not_reserved(expr)


def _not_reserved(expr: Ident) -> str:
    if expr.name == "__result__":
        raise MacroError(expr.at, "iteration variable overwrites accumulator variable")
    return expr.name


#: The macros of the language, and of the libraries for bindings, lists and math.
STANDARD: Final[Macros] = {
    ("has", 1, False): _has,
    ("all", 2, True): _all,
    ("exists", 2, True): _exists,
    ("exists_one", 2, True): _exists_one,
    ("map", 2, True): _map,
    ("map", 3, True): _map,
    ("filter", 2, True): _filter,
    ("bind", 3, True): _bind,
    ("sortBy", 2, True): _sort_by,
    ("least", ANY, True): _extreme("least", "math.@min"),
    ("greatest", ANY, True): _extreme("greatest", "math.@max"),
}


def expand(
    macros: Macros, name: str, at: int, target: Expr | None, arguments: list[Expr]
) -> Expr | None:
    """Expand a call if it is a macro; None if it is none. MacroError where it is a bad one."""
    member = target is not None
    macro = macros.get((name, len(arguments), member)) or macros.get((name, ANY, member))
    return macro(at, target, arguments) if macro is not None else None
