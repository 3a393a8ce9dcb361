"""A JSON Schema (2020-12) of the whole config, made of the classes that read it.

Every class is a definition, modules under their IDs. A field of a kind is one of the modules of
its namespace: told by its inline key (``oneOf``, with ``discriminator`` for tools that know it)
or, in a map of modules, by the key it stands under. Keys are Caddy's own, in lower case, although
Go would take others too: whoever checks a config means to find those.
"""

import re
from functools import cache
from inspect import getdoc
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

from caddylite import registry
from caddylite.hints import hints, optional, strip
from caddylite.kinds import App
from caddylite.node import Node
from caddylite.values import Duration

Schema = dict[str, Any]

_UNITS = "ns|us|µs|μs|ms|s|m|h|d"
DURATION: Schema = {
    "description": 'A duration: "1h30m" (units up to d), or nanoseconds.',
    "oneOf": [
        {"type": "integer"},
        {
            "type": "string",
            "pattern": rf"^[-+]?(0|(([0-9]+(\.[0-9]*)?|\.[0-9]+)({_UNITS}))+)$",
        },
    ],
}
_SCALARS = {str: "string", bool: "boolean", int: "integer", float: "number"}
#: The JSON of types whose JSON is not their fields.
_OWN_FORMS: dict[str, Schema] = {
    "FileMode": {"type": "string", "pattern": "^[0-7]*$"},
    "Names": {"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
    "WeakString": {"type": ["string", "integer", "number", "boolean"]},
    "Policy": {"type": "string"},
    "PublicKeyAlgorithm": {"type": ["string", "integer"]},
    "BigInt": {"type": "string", "pattern": "^[0-9]+$"},
    "http.matchers.expression": {
        "oneOf": [
            {"type": "string"},
            {
                "type": "object",
                "properties": {"expr": {"type": "string"}, "name": {"type": "string"}},
                "required": ["expr", "name"],
            },
        ]
    },
    "layer4.handlers.vars": {"type": "object"},
}


def schema_of(root: type[Node]) -> Schema:
    """Return the schema of the JSON this class is read from."""
    book = _Book()
    top = book.fields(root, None)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://caddylite.invalid/config.schema.json",
        "title": "A Caddy config: Caddy 2.11.7 with caddy-l4",
        **top,
        "$defs": {name: book.definitions[name] for name in sorted(book.definitions)},
    }


class _Book:
    """The definitions there are so far."""

    def __init__(self) -> None:
        self.definitions: dict[str, Schema] = {}

    def of(self, hint: Any) -> Schema:
        """Return the schema of a field with this annotation."""
        if get_origin(hint) is Annotated:
            hint = get_args(hint)[0]
        hint = strip(hint)
        origin, args = get_origin(hint), get_args(hint)
        if origin is tuple:
            return {"type": "array", "items": self.of(args[0])}
        if origin is dict:
            if _is_kind(args[1]) and args[1].inline_key is None:
                return self._map_of(args[1])
            item = self.of(args[1])
            if optional(args[1]):
                item = {"anyOf": [item, {"type": "null"}]}
            return {"type": "object", "additionalProperties": item}
        if hint is Any:
            return {}
        if hint is Duration:
            return self._reference("duration", lambda: DURATION)
        if isinstance(hint, type) and issubclass(hint, Node):
            return self._one_of(hint) if _is_kind(hint) else self._struct(hint)
        own = _OWN_FORMS.get(hint.__name__)
        return {"type": _SCALARS[hint]} if own is None else own

    def _reference(self, name: str, make: Any) -> Schema:
        if name not in self.definitions:
            self.definitions[name] = {}  # so that it may hold itself
            self.definitions[name] = make()
        return {"$ref": f"#/$defs/{name}"}

    def _struct(self, cls: type[Node]) -> Schema:
        name = f"{cls.__module__.removeprefix('caddylite.')}.{cls.__name__}"
        return self._reference(name, lambda: self.fields(cls, None))

    def _module(self, cls: type[Node], inline: str | None) -> Schema:
        return self._reference(str(cls.id), lambda: self.fields(cls, inline))

    def _map_of(self, kind: type[Node]) -> Schema:
        namespace = str(kind.__dict__["namespace"])

        def make() -> Schema:
            modules = {
                str(cls.name if namespace else cls.id): self._module(cls, None)
                for cls in modules_in(namespace)
            }
            return {
                "description": _summary(kind),
                "type": "object",
                "properties": modules,
                "additionalProperties": False,
            }

        return self._reference(f"map of {namespace or 'apps'}", make)

    def _one_of(self, kind: type[Node]) -> Schema:
        namespace, key = str(kind.__dict__["namespace"]), str(kind.inline_key)

        def make() -> Schema:
            modules = modules_in(namespace)
            out: Schema = {"description": _summary(kind), "type": "object", "required": [key]}
            if not modules:  # all of them are plugins
                return {**out, "properties": {key: {"type": "string"}}}
            return {
                **out,
                "discriminator": {"propertyName": key},
                "properties": {key: {"enum": [cls.name for cls in modules]}},
                "oneOf": [self._module(cls, key) for cls in modules],
            }

        return self._reference(f"one of {namespace}", make)

    def fields(self, cls: type[Node], inline: str | None) -> Schema:
        """Return the schema of a class; a module with an inline key has it as its first one."""
        out: Schema = {"description": _summary(cls)}
        named = {inline: {"const": cls.name}} if inline else {}
        types = hints(cls)
        own = _OWN_FORMS.get(cls.id)
        if own is not None:
            out |= own
        elif cls.transparent:
            (attribute,) = cls.__struct_fields__
            out |= self.of(types[attribute])
            if "$ref" in out:
                out["allOf"] = [{"$ref": out.pop("$ref")}]
        else:
            pairs = zip(cls.__struct_fields__, cls.__struct_encode_fields__, strict=True)
            properties = {key: self.of(types[attribute]) for attribute, key in pairs}
            out |= {
                "type": "object",
                "properties": properties,
                "additionalProperties": False,
            }
        if inline:
            out["properties"] = named | {
                key: value for key, value in out.get("properties", {}).items() if key != inline
            }
            out["required"] = [inline]
        return out


def _is_kind(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, Node) and "namespace" in hint.__dict__


@cache
def modules_in(namespace: str) -> tuple[type[Node], ...]:
    """Return the modules of a namespace, by name; plugins too."""
    if not namespace:
        return _apps()
    found = [registry.lookup(f"{namespace}.{name}") for name in registry.names(namespace)]
    return tuple(c for c in found if c is not None and issubclass(c, Node))


@cache
def _apps() -> tuple[type[Node], ...]:
    """Return the apps: those in the packages that have a ``config.py``, and ``caddy.*``."""
    top = Path(__file__).parent
    names = sorted(path.parent.name for path in top.glob("*/config.py"))
    names += [f"caddy.{name}" for name in registry.names("caddy")]
    found = [registry.lookup(name) for name in names]
    return tuple(c for c in found if c is not None and issubclass(c, App))


_SYNTAX = re.compile(r"(?:^|\n)[^\n]*Syntax::.*", re.DOTALL)


def _summary(cls: type[Node]) -> str:
    """Return what a class's docstring says, without its syntax."""
    return " ".join(_SYNTAX.sub("", getdoc(cls) or "").split())
