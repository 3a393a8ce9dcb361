"""The type annotations of IR classes, taken apart for the codec."""

import types
from typing import Annotated, Any, Union, get_args, get_origin

from caddylite.node import GoType, Node


def hints(cls: type[Node]) -> dict[str, Any]:
    """Return the annotation of each field, those of the base classes too."""
    out: dict[str, Any] = {}
    for base in reversed(cls.__mro__):
        out.update(getattr(base, "__annotations__", ()))
    return out


def optional(hint: Any) -> bool:
    """May it be None?"""
    return get_origin(hint) in (Union, types.UnionType) and type(None) in get_args(hint)


def strip(hint: Any) -> Any:
    """Take Annotated and ``| None`` off a type."""
    while True:
        if get_origin(hint) is Annotated:
            hint = get_args(hint)[0]
        elif optional(hint):
            rest = [a for a in get_args(hint) if a is not type(None)]
            if len(rest) != 1:
                return Any
            hint = rest[0]
        else:
            return hint


def go_name(hint: Any) -> str:
    """Return what an annotation says its type is called in Go; mostly it says nothing."""
    marks = get_args(hint)
    if get_origin(hint) is Annotated:
        named = [mark for mark in marks[1:] if isinstance(mark, GoType)]
        return named[0] if named else go_name(marks[0])
    return go_name(marks[0]) if optional(hint) else ""
