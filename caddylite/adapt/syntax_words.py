"""The words that may stand in the block of a directive or option, read from its docstring.

For "did you mean": what is documented under ``Syntax::`` is what people may have meant.
"""

import re
from functools import cache
from importlib import import_module
from inspect import getdoc
from keyword import iskeyword
from types import ModuleType

_WORD = re.compile(r"(?:[+?-]|\[)?([a-z][a-z0-9_|]+)")


@cache
def words_of(directive: str) -> tuple[str, ...]:
    """Return the words in the block of a directive, or else of a global option; at any depth."""
    for folder in ("directives", "options"):
        module = _module(f"caddylite.adapt.{folder}", directive)
        if module is not None:
            return tuple(_words(module))
    return ()


def words_of_module(module_id: str) -> tuple[str, ...]:
    """Return the words in the block of a module."""
    from caddylite.registry import lookup

    cls = lookup(module_id)
    return () if cls is None else tuple(_indented(getdoc(cls) or ""))


def owners(word: str) -> list[str]:
    """Return the directives in whose blocks a word may stand."""
    from caddylite.adapt.directives import built_in

    return sorted(name for name in built_in() if word in words_of(name))


def _module(folder: str, name: str) -> ModuleType | None:
    if not name.isidentifier():
        return None
    try:
        return import_module(f"{folder}.{name}{'_' if iskeyword(name) else ''}")
    except ModuleNotFoundError:
        return None


def _words(module: ModuleType) -> list[str]:
    out: list[str] = []
    own = [v for v in vars(module).values() if getattr(v, "__module__", "") == module.__name__]
    for thing in (module, *own):
        out += _indented(getdoc(thing) or "")
    return out


def _indented(doc: str) -> list[str]:
    """Return the first words of the lines in a syntax that are inside of braces."""
    _, _, syntax = doc.partition("Syntax::\n")
    out: list[str] = []
    for line in syntax.split("\n"):
        match = _WORD.match(line.lstrip())
        if match and len(line) - len(line.lstrip()) > 4:
            out += match[1].split("|")
    return out


def usage(directive: str) -> str | None:
    """Return the first line of the syntax of a directive or option."""
    for folder in ("directives", "options"):
        module = _module(f"caddylite.adapt.{folder}", directive)
        for thing in vars(module).values() if module else ():
            _, found, syntax = (getdoc(thing) or "").partition("Syntax::\n")
            if found and getattr(thing, "__module__", "") == getattr(module, "__name__", None):
                return syntax.strip().split("\n")[0].strip().removesuffix("{").strip()
    return None
