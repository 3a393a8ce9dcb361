"""Modules that a Caddyfile names: found by kind and name, and asked to read their words."""

from typing import Any, TypeVar

from caddylite import sources
from caddylite.caddyfile.dispenser import Dispenser
from caddylite.errors import UnknownName
from caddylite.node import Node
from caddylite.registry import lookup, names

K = TypeVar("K", bound=Node)


def find_module(d: Dispenser, kind: type[K], name: str) -> type[K]:
    """Return the class of this kind and name; Caddy's complaint if there is none."""
    module_id = f"{kind.namespace}.{name}"
    cls = lookup(module_id)
    if cls is None:
        from caddylite.module_hints import about_module

        error = UnknownName(
            f"getting module named '{module_id}': module not registered: {module_id}",
            name,
            names(kind.namespace or ""),
            d.at,
        )
        error.hint = about_module(module_id)
        raise error
    return cls


def load_module(d: Dispenser, kind: type[K], name: str | None = None) -> K:
    """Read a module of a kind from the segment at the cursor (its name is the current token).

    What the module says, in its line and its block, is consumed.
    """
    cls = find_module(d, kind, d.val if name is None else name)
    parse: Any = getattr(cls, "parse", None)
    if parse is None:
        raise d.err(f"module {cls.id} is not a Caddyfile unmarshaler; is {go_type(cls)}")
    at = d.token
    module: K = parse(d.sub())
    if sources.collecting():
        sources.note(module, at.span)
    return module


def go_type(cls: type[Node]) -> str:
    """Return what Caddy's complaints call a class (a Go type, where one has been noted)."""
    return getattr(cls, "go_type", f"*{cls.__name__}")
