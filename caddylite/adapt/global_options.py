"""The block of global options at the top of a file."""

from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

from caddylite.adapt import options as options_package
from caddylite.adapt.options._values import ServerOptions
from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.parser import Block, Segment
from caddylite.errors import ConfigError
from caddylite.registry import file_names

PLUGIN_PREFIX = "caddyfile.options."

#: Options whose occurrences are collected in a list.
_COLLECTED = ("servers", "log", "default_bind")


def take_global_options(blocks: list[Block], options: dict[str, Any]) -> list[Block]:
    """Read the options into a dictionary, if the first block is theirs; return the others."""
    if not blocks or blocks[0].keys:
        return blocks
    for segment in blocks[0].segments:
        _read(segment, options)
    if "servers" in options:
        options["servers"] = _sorted_servers(options["servers"])
    return blocks[1:]


def _read(segment: Segment, options: dict[str, Any]) -> None:
    token = segment[0]
    name = token.text
    option = find_option(name)
    if option is None:
        from caddylite.adapt.advice import about_option

        message = f"{token.file}:{token.line}: unrecognized global option: {name}"
        raise ConfigError(message, token.span, about_option(name)).as_is()
    try:
        value = option.parse(Dispenser(segment), options.get(name))
    except ConfigError as e:
        raise e.wrap(f"parsing caddyfile tokens for '{name}': ") from None
    if name in _COLLECTED:
        value = [*options.get(name, ()), *([value] if name == "servers" else value)]
    options[name] = value


@cache
def built_in() -> frozenset[str]:
    """Return the names of the options in the folder; nothing is imported."""
    return file_names(options_package.__path__)


def find_option(name: str) -> ModuleType | None:
    """Return the file that reads an option; None if there is none."""
    if name in built_in():
        return import_module(f"{options_package.__name__}.{name}")
    if name.isidentifier():
        from caddylite.registry import plugins

        path = plugins(PLUGIN_PREFIX).get(name)
        return None if path is None else import_module(path)
    return None


def _sorted_servers(said: list[ServerOptions]) -> list[ServerOptions]:
    """Put the longer listener addresses first: those for all servers come last."""
    out = sorted(said, key=lambda s: -len(s.address))
    seen = set()
    for one in out:
        if one.address in seen:
            raise ConfigError(
                "cannot have 'servers' global options with duplicate listener addresses: "
                f"{one.address}"
            )
        seen.add(one.address)
    return out
