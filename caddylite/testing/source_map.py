"""Where the parts of a JSON config are written: the like of what ``sources`` notes of a Caddyfile.

A part is found by identity in the IR; the path that leads to it leads to its place in the text,
which is read only when the first place is asked for.
"""

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from caddylite import jsontext
from caddylite.errors import Span
from caddylite.node import Node
from caddylite.sources import Sources

Path = tuple[str | int, ...]


class JsonSpan(Span, frozen=True):
    """A place in JSON text. It is named with its column: JSON may be one long line."""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class JsonSources(Sources):
    """The places of a config that was read from JSON text."""

    def __init__(self, config: Any, text: str, file: str) -> None:
        super().__init__()
        self.config, self.text, self.file = config, text, file

    @cached_property
    def paths(self) -> dict[int, Path]:
        """The path to each node and each set, by identity."""
        return {id(value): path for value, path in nodes(self.config)}

    def path(self, value: Any) -> Path | None:
        """Return the path that leads to a part of the config; None if it is no part of it."""
        return self.paths.get(id(value))

    def at(self, value: Any) -> Span | None:
        """Return where a part of the config is written, if that is known."""
        path = self.path(value)
        if path is None:
            return super().at(value)
        found = jsontext.locate(self.text, path, self.file)
        return JsonSpan(found.file, found.line, found.column)


def nodes(value: Any, path: Path = ()) -> Iterator[tuple[Any, Path]]:
    """Yield every node and every map in a config, with the path to its JSON."""
    if isinstance(value, Node):
        yield value, path
        names = zip(value.__struct_fields__, value.__struct_encode_fields__, strict=True)
        clear = getattr(value, "transparent", False)
        for attribute, key in names:
            inside = getattr(value, attribute)
            if isinstance(inside, (Node, dict, tuple)) and inside:
                yield from nodes(inside, path if clear else (*path, key))
    elif isinstance(value, dict):
        yield value, path
        for key, inside in value.items():
            if isinstance(inside, (Node, dict, tuple)):
                yield from nodes(inside, (*path, key))
    elif isinstance(value, tuple):
        for number, inside in enumerate(value):
            if isinstance(inside, (Node, dict, tuple)):
                yield from nodes(inside, (*path, number))
