"""The syntax tree. What the checker finds out (types, variables, overloads) it writes into it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from caddylite.cel.declarations import Overload
    from caddylite.cel.types import Type

#: No slot: the name is not a local variable.
NO_SLOT = -1


@dataclass(slots=True, eq=False)
class Expr:
    """An expression; ``at`` is the offset of its first or most telling character."""

    at: int
    type: "Type | None" = field(default=None, init=False)

    def parts(self) -> Iterator["Expr"]:
        """Yield the expressions right inside."""
        yield from ()


@dataclass(slots=True, eq=False)
class Literal(Expr):
    """A constant."""

    value: Any


@dataclass(slots=True, eq=False)
class Ident(Expr):
    """A name: of a local variable (then it has a slot), of the request, or of a type (a value)."""

    name: str
    slot: int = field(default=NO_SLOT, init=False)
    value: Any = field(default=None, init=False)


@dataclass(slots=True, eq=False)
class Select(Expr):
    """``operand.name``, or ``has(operand.name)`` if it only tests.

    ``value`` is set where the whole is the qualified name of a type.
    """

    operand: Expr
    name: str
    test: bool = False
    value: Any = field(default=None, init=False)

    def parts(self) -> Iterator[Expr]:
        """Yield the operand."""
        yield self.operand


@dataclass(slots=True, eq=False)
class Call(Expr):
    """A function, operator (``_+_``) or method called.

    ``overloads`` are those that may be meant; ``by_value`` says that the first one's function
    knows for all of them what to do.
    """

    function: str
    arguments: list[Expr]
    target: Expr | None = None
    overloads: list["Overload"] = field(default_factory=list, init=False)
    by_value: bool = field(default=False, init=False)

    def parts(self) -> Iterator[Expr]:
        """Yield the target and the arguments."""
        if self.target is not None:
            yield self.target
        yield from self.arguments


@dataclass(slots=True, eq=False)
class ListExpr(Expr):
    """``[a, b]``."""

    elements: list[Expr]

    def parts(self) -> Iterator[Expr]:
        """Yield the elements."""
        yield from self.elements


@dataclass(slots=True, eq=False)
class MapExpr(Expr):
    """``{a: b}``; an entry is the place of its colon, the key and the value."""

    entries: list[tuple[int, Expr, Expr]]

    def parts(self) -> Iterator[Expr]:
        """Yield keys and values."""
        for _, key, value in self.entries:
            yield key
            yield value


@dataclass(slots=True, eq=False)
class Message(Expr):
    """``Name{field: value}``: read for the sake of the complaint, for no message type is known."""

    name: str


@dataclass(slots=True, eq=False)
class Comprehension(Expr):
    """A loop over ``range``: ``accumulator`` starts as ``init``.

    For each element, called ``variable``, it becomes the value of ``step`` as long as
    ``condition`` does not say false; the value of the whole is ``result``.
    """

    range: Expr
    variable: str
    accumulator: str
    init: Expr
    condition: Expr
    step: Expr
    result: Expr
    variable_slot: int = field(default=NO_SLOT, init=False)
    accumulator_slot: int = field(default=NO_SLOT, init=False)

    def parts(self) -> Iterator[Expr]:
        """Yield all of them."""
        yield from (self.range, self.init, self.condition, self.step, self.result)


@dataclass(slots=True, eq=False)
class Bind(Expr):
    """``result``, with a variable; its value is only computed where it is looked at."""

    variable: str
    init: Expr
    result: Expr
    slot: int = field(default=NO_SLOT, init=False)

    def parts(self) -> Iterator[Expr]:
        """Yield the variable's value and the result."""
        yield from (self.init, self.result)


def deeper_than(expr: Expr, limit: int) -> bool:
    """Are expressions nested deeper than this? Asked without recursion."""
    level = [expr]
    for _ in range(limit):
        level = [part for e in level for part in e.parts()]
        if not level:
            return False
    return True


def qualified_name(expr: Expr) -> str | None:
    """Return the name that identifiers and dots make (``a.b.c``), None for anything else."""
    names: list[str] = []
    while isinstance(expr, Select) and not expr.test:
        names.append(expr.name)
        expr = expr.operand
    if not isinstance(expr, Ident):
        return None
    return ".".join([expr.name, *reversed(names)])
