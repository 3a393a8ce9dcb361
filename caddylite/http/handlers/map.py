"""The ``map`` handler."""

from typing import Any

from caddylite.http.handling import Handler
from caddylite.node import Node
from caddylite.registry import module


class Mapping(Node, frozen=True):
    """What an input (a text or a regular expression) is mapped to; None means the default."""

    input: str = ""
    input_regexp: str = ""
    outputs: tuple[Any, ...] = ()


@module("http.handlers.map")
class Map(Handler, frozen=True):
    """Sets the placeholders ``destinations`` by looking up the value of ``source``."""

    source: str = ""
    destinations: tuple[str, ...] = ()
    mappings: tuple[Mapping, ...] = ()
    defaults: tuple[str, ...] = ()
