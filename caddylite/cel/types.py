"""The types that expressions have before they are evaluated, and how they are written."""

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Type:
    """A type: its kind, the types in it (``list(int)``), and the name of an object or variable.

    The kind ``dyn`` stands for any type, ``variable`` for one that is still to be found out,
    ``error`` is the type of what is wrong already.
    """

    kind: str
    parameters: tuple["Type", ...] = ()
    name: str = ""

    def __str__(self) -> str:
        """Write it as messages about overloads do."""
        name = _WRITTEN.get(self.kind, self.name or self.kind)
        if not self.parameters:
            return name
        return f"{name}({', '.join(map(str, self.parameters))})"

    def full_name(self) -> str:
        """Write it with the name that the type has as a value."""
        name = self.name or RUNTIME_NAMES.get(self.kind, self.kind)
        if not self.parameters:
            return name
        return f"{name}({', '.join(p.full_name() for p in self.parameters)})"


_WRITTEN: Final = {"error": "!error!"}
#: The names of types as values, where they are others.
RUNTIME_NAMES: Final = {
    "null": "null_type",
    "timestamp": "google.protobuf.Timestamp",
    "duration": "google.protobuf.Duration",
    "any": "google.protobuf.Any",
}
BOOL: Final = Type("bool")
INT: Final = Type("int")
DYN: Final = Type("dyn")
ERROR: Final = Type("error")
NULL: Final = Type("null")
STRING: Final = Type("string")
REQUEST: Final = Type("object", name="http.Request")
#: The types of literals, by what type_name says of their values.
OF_LITERALS: Final = {
    **{name: Type(name) for name in ("bool", "int", "uint", "double", "string", "bytes")},
    "null_type": NULL,
}


def list_of(element: Type) -> Type:
    """Return the type of a list."""
    return Type("list", (element,))


def map_of(key: Type, value: Type) -> Type:
    """Return the type of a map."""
    return Type("map", (key, value))


def type_of(what: Type) -> Type:
    """Return the type of a type."""
    return Type("type", (what,))


def variable(name: str) -> Type:
    """Return a type that is still to be found out."""
    return Type("variable", name=name)


_WORD: Final = re.compile(r"[A-Za-z.]+|[(),]")


def parse(text: str) -> Type:
    """Read a type as it is written: ``map(string, list(A))``; a capital letter is a variable."""
    words = _WORD.findall(text)
    found, end = _read(words, 0)
    if end != len(words):
        raise ValueError(f"not a type: {text}")
    return found


def parse_list(text: str) -> tuple[Type, ...]:
    """Read types with commas between them."""
    return parse(f"types({text})").parameters if text else ()


def _read(words: list[str], at: int) -> tuple[Type, int]:
    name, at = words[at], at + 1
    parameters: list[Type] = []
    if at < len(words) and words[at] == "(":
        while words[at] != ")":
            parameter, at = _read(words, at + 1)
            parameters.append(parameter)
        at += 1
    if len(name) == 1:
        return variable(name), at
    if "." in name:
        return Type("object", name=name), at
    return Type(name, tuple(parameters)), at
