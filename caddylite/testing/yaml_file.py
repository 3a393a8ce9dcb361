"""YAML read with the place of every value, so that a complaint can say where."""

from dataclasses import dataclass
from typing import Any

from caddylite.errors import ConfigError, Span


@dataclass(frozen=True, slots=True)
class Located:
    """A value with its place. ``start`` and ``end`` are offsets in the text.

    Mappings hold Located values by text; sequences are tuples of Located.
    """

    value: Any
    at: Span
    start: int
    end: int
    column: int

    def plain(self) -> Any:
        """Return the value without places."""
        if isinstance(self.value, dict):
            return {k: v.plain() for k, v in self.value.items()}
        if isinstance(self.value, tuple):
            return [v.plain() for v in self.value]
        return self.value


def read(text: str, file: str) -> Located:
    """Read a document; ConfigError, with line and column, if it cannot be read."""
    import yaml

    loader = yaml.SafeLoader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            raise ConfigError("the file is empty", Span(file, 1), _EXAMPLE)
        return _located(loader, node, file)
    except yaml.MarkedYAMLError as e:
        mark = e.problem_mark or e.context_mark
        at = Span(file, mark.line + 1, mark.column + 1) if mark else Span(file, 1)
        raise ConfigError(f"not YAML: {e.problem or e.context}", at) from None
    except yaml.YAMLError as e:
        raise ConfigError(f"not YAML: {e}", Span(file, 1)) from None
    finally:
        loader.dispose()


_EXAMPLE = "begin with 'config: Caddyfile' and a list of 'cases:'"


def _located(loader: Any, node: Any, file: str) -> Located:
    at = Span(file, node.start_mark.line + 1, node.start_mark.column + 1)
    value: Any
    if node.id == "mapping":
        value = {}
        for key, inside in node.value:
            name = str(loader.construct_object(key, deep=True))
            if name in value:
                where = Span(file, key.start_mark.line + 1, key.start_mark.column + 1)
                raise ConfigError(f"'{name}' is said twice", where)
            value[name] = _located(loader, inside, file)
    elif node.id == "sequence":
        value = tuple(_located(loader, inside, file) for inside in node.value)
    else:
        value = loader.construct_object(node, deep=True)
    mark = node.start_mark
    return Located(value, at, mark.index, node.end_mark.index, mark.column)
