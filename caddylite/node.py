"""The building block of the IR: a frozen struct; its fields are Caddy's JSON keys, in order.

A field is written as Go would marshal it:

* a plain type (``str``, ``int``, ``bool``, ``tuple[…]``, ``dict[…]``) is left out when it is empty
  (Go's ``omitempty``); ``T | None = None`` is a Go pointer: left out only when None;
* ``Annotated[T, ALWAYS]`` is written even when empty (no ``omitempty``);
* ``UInt16`` and ``UInt32`` (``values.py``) are integers that are smaller than ``int`` is;
* a field typed with an abstract *kind* (a Node subclass that names a ``namespace``) holds a
  module: ``tuple[Handler, ...]`` with ``inline_key="handler"`` is ``[{"handler": "proxy", …}]``;
  ``dict[str, Matcher]`` (a kind without ``inline_key``) is Caddy's ModuleMap;
* ``Any`` is JSON carried through.

``id`` and ``name`` are the class's own: a field with such a key has another attribute name
(``label: str = msgspec.field(default="", name="name")``).

IR files must not say ``from __future__ import annotations``: the codec reads the annotations.
"""

from typing import Any, ClassVar, Final

import msgspec


class _Always:
    def __repr__(self) -> str:
        return "ALWAYS"


#: Marks a field that is written even when it is empty (``Annotated[T, ALWAYS]``).
ALWAYS: Final = _Always()


class GoType(str):
    """Marks a field with the name of its type in Go (``Annotated[int, GoType("uint16")]``).

    Of integers it says the size too; without it they are of 64 bits, with a sign.
    """

    __slots__ = ()


class Node(msgspec.Struct, frozen=True):
    """A value of the IR. Subclasses say ``frozen=True`` too (mypy wants it).

    ``transparent`` marks a class with one field whose JSON is that field's JSON (``path`` is a
    list of strings). Classes with a JSON form of their own override ``to_plain``/``from_plain``.
    """

    namespace: ClassVar[str | None] = None
    inline_key: ClassVar[str | None] = None
    transparent: ClassVar[bool] = False
    id: ClassVar[str] = ""
    name: ClassVar[str] = ""

    # A class whose JSON is not its fields defines ``plain_form(self) -> Any`` and the class method
    # ``from_plain_form(cls, value, path) -> Self``; the codec looks for them.


Plain = Any
