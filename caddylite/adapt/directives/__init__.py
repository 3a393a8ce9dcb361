"""Directives: one file each, named as the directive; what it defines: see ``adapt/helper.py``."""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from keyword import iskeyword
from types import ModuleType

from caddylite import sources
from caddylite.adapt.helper import ConfigValue, Helper
from caddylite.registry import file_names

Directive = Callable[[Helper], list[ConfigValue]]

#: The entry points of plugins that add directives are named with this before the directive's name.
PLUGIN_PREFIX = "caddyfile.directives."


@cache
def built_in() -> frozenset[str]:
    """Return the names of the directives in this folder; nothing is imported."""
    return file_names(__path__)


def is_directive(name: str) -> bool:
    """Is there a directive of this name?"""
    if name in built_in():
        return True
    return name.isidentifier() and name != "localhost" and name in _from_plugins()


def _from_plugins() -> dict[str, str]:
    from caddylite.registry import plugins

    return plugins(PLUGIN_PREFIX)


@cache
def find_directive(name: str) -> Directive | None:
    """Return what reads a directive, importing its file; None if there is none."""
    if name in built_in():
        file = import_module(f"{__name__}.{name}{'_' if iskeyword(name) else ''}")
        return _noting(_reader(file))
    if name.isidentifier() and name in _from_plugins():
        return _noting(_reader(import_module(_from_plugins()[name])))
    return None


def _reader(file: ModuleType) -> Directive:
    if hasattr(file, "parse"):
        return file.parse  # type: ignore[no-any-return]
    handler = file.handler

    def parse(h: Helper) -> list[ConfigValue]:
        h.next()
        matchers = h.take_matcher_set()
        return h.route(matchers, handler(h))

    return parse


def _noting(parse: Directive) -> Directive:
    """Remember where the handlers come from, if anybody wants to know."""

    def noting(h: Helper) -> list[ConfigValue]:
        if not sources.collecting():
            return parse(h)
        at = h.tokens[0].span
        values = parse(h)
        for v in values:
            sources.note(v.value, at)
            for handler in getattr(v.value, "handle", ()):
                sources.note(handler, at)
        return values

    return noting
