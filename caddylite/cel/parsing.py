"""Text → syntax tree, macros expanded."""

from collections.abc import Callable
from typing import Any, Final

from caddylite import lalr
from caddylite.cel import literals
from caddylite.cel.lexing import Token, tokens
from caddylite.cel.macros import MacroError, Macros, expand
from caddylite.cel.problems import NOWHERE, Problems
from caddylite.cel.syntax import (
    Call,
    Expr,
    Ident,
    ListExpr,
    Literal,
    MapExpr,
    Message,
    Select,
    deeper_than,
    qualified_name,
)
from caddylite.cel.syntax_errors import complaint

#: Words that may be the name of a field, but of nothing else.
RESERVED: Final = frozenset(
    ("as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in",
     "let", "loop", "package", "namespace", "null", "return", "true", "var", "void", "while")
)  # fmt: skip
#: How deep expressions may be nested, and how long the text may be, as in cel-go.
MAX_DEPTH: Final = 250
MAX_LENGTH: Final = 100_000

_READERS: Final[dict[str, Callable[[str], Any]]] = {
    "INT": literals.integer,
    "UINT": literals.unsigned,
    "DOUBLE": literals.double,
    "STRING": literals.string,
    "BYTES": literals.octets,
    "TRUE": lambda text: True,
    "FALSE": lambda text: False,
    "NULL": lambda text: None,
}


def parse(source: str, macros: Macros, problems: Problems) -> Expr | None:
    """Parse an expression. What is wrong goes to ``problems``; None if it has no shape at all."""
    if len(source) > MAX_LENGTH:
        problems.add(
            NOWHERE,
            f"expression code point size exceeds limit: size: {len(source)}, limit {MAX_LENGTH}",
        )
        return None
    found = tokens(source, problems)
    stream = [(token.terminal, token) for token in found]
    try:
        (expr,) = lalr.load("cel").parse(stream, _Builder(macros, problems).actions())
    except lalr.Unexpected as e:
        problems.add(*complaint(e, found, source))
        return None
    if deeper_than(expr, MAX_DEPTH):
        problems.add(NOWHERE, f"expression recursion limit exceeded: {MAX_DEPTH}")
        return None
    assert isinstance(expr, Expr)
    return expr


class _Builder:
    """Makes the nodes of the tree; a method is named after the grammar's rule."""

    def __init__(self, macros: Macros, problems: Problems) -> None:
        self._macros, self._problems = macros, problems

    def actions(self) -> dict[str, Callable[[list[Any]], Any]]:
        """Return the functions that the parser calls."""
        rules = (
            "conditional", "disjunction", "conjunction", "binary", "prefixed", "select", "index",
            "member_call", "message", "identifier", "call", "nested", "sequence", "mapping",
            "literal", "element", "entry", "field",
        )  # fmt: skip
        return {rule: getattr(self, rule) for rule in rules} | {"start": list}

    def _wrong(self, at: int, message: str) -> Expr:
        """Complain; return something that stands in for the expression."""
        self._problems.add(at, message)
        return Literal(at, None)

    def conditional(self, parts: list[Any]) -> Expr:
        """``condition ? yes : no``."""
        condition, question, yes, _, no = parts
        return Call(question.at, "_?_:_", [condition, yes, no])

    def disjunction(self, parts: list[Any]) -> Expr:
        """``a || b || …``: one call, for the order of the operands does not matter."""
        return Call(parts[len(parts) // 4 * 2 + 1].at, "_||_", parts[::2])

    def conjunction(self, parts: list[Any]) -> Expr:
        """``a && b && …``."""
        return Call(parts[len(parts) // 4 * 2 + 1].at, "_&&_", parts[::2])

    def binary(self, parts: list[Any]) -> Expr:
        """Build comparisons and arithmetic."""
        left, operator, right = parts
        name = "@in" if operator.text == "in" else f"_{operator.text}_"
        return Call(operator.at, name, [left, right])

    def prefixed(self, parts: list[Any]) -> Expr:
        """``!a`` and ``-a``; an even number of signs is none."""
        *signs, operand = parts
        if len(signs) % 2 == 0:
            return operand  # type: ignore[no-any-return]
        return Call(signs[0].at, f"{signs[0].text}_", [operand])

    def select(self, parts: list[Any]) -> Expr:
        """``operand.name``."""
        operand, dot, *optional, name = parts
        if optional:
            return self._wrong(dot.at, "unsupported syntax '.?'")
        return Select(dot.at, operand, name.text.strip("`"))

    def index(self, parts: list[Any]) -> Expr:
        """``operand[index]``."""
        operand, bracket, *optional, index = parts
        if optional:
            return self._wrong(bracket.at, "unsupported syntax '[?'")
        return Call(bracket.at, "_[_]", [operand, index])

    def member_call(self, parts: list[Any]) -> Expr:
        """``target.name(arguments)``."""
        target, _, name, parenthesis, *arguments = parts
        return self._call(parenthesis.at, name.text, target, arguments)

    def call(self, parts: list[Any]) -> Expr:
        """``name(arguments)``, perhaps with a leading dot."""
        place = next(i for i, part in enumerate(parts) if part.terminal == "LPAREN")
        name, arguments = parts[place - 1], parts[place + 1 :]
        if name.text in RESERVED:
            return self._wrong(parts[0].at, f"reserved identifier: {name.text}")
        dot = "." if place == 2 else ""
        return self._call(parts[place].at, dot + name.text, None, arguments)

    def _call(self, at: int, name: str, target: Expr | None, arguments: list[Expr]) -> Expr:
        try:
            expanded = expand(self._macros, name, at, target, arguments)
        except MacroError as e:
            return self._wrong(e.at, e.message)
        return Call(at, name, arguments, target) if expanded is None else expanded

    def message(self, parts: list[Any]) -> Expr:
        """``Name{field: value}``."""
        name, brace = parts[0], parts[1]
        qualified = qualified_name(name)
        if qualified is None:
            return self._wrong(brace.at, "Syntax error: mismatched input '{' expecting <EOF>")
        return Message(brace.at, qualified)

    def identifier(self, parts: list[Any]) -> Expr:
        """Build a name, perhaps with a leading dot."""
        name = parts[-1]
        if name.text in RESERVED:
            return self._wrong(parts[0].at, f"reserved identifier: {name.text}")
        return Ident(name.at, "".join(token.text for token in parts))

    def nested(self, parts: list[Any]) -> Expr:
        """``(expression)``."""
        return parts[1]  # type: ignore[no-any-return]

    def sequence(self, parts: list[Any]) -> Expr:
        """``[a, b]``."""
        return ListExpr(parts[0].at, parts[1:])

    def mapping(self, parts: list[Any]) -> Expr:
        """``{a: b}``."""
        return MapExpr(parts[0].at, parts[1:])

    def element(self, parts: list[Any]) -> Expr:
        """Build an element of a list."""
        if len(parts) == 2:
            return self._wrong(parts[0].at, "unsupported syntax '?'")
        return parts[0]  # type: ignore[no-any-return]

    def entry(self, parts: list[Any]) -> tuple[int, Expr, Expr]:
        """Build an entry of a map."""
        if len(parts) == 4:
            self._wrong(parts[0].at, "unsupported syntax '?'")
        key, colon, value = parts[-3:]
        return colon.at, key, value

    def field(self, parts: list[Any]) -> None:
        """Pass over a message's field."""
        if parts[0].terminal == "QUESTION":
            self._wrong(parts[0].at, "unsupported syntax '?'")

    def literal(self, parts: list[Any]) -> Expr:
        """Build a constant."""
        token: Token = parts[0]
        try:
            return Literal(token.at, _READERS[token.terminal](token.text))
        except ValueError as e:
            return self._wrong(token.at, str(e))
