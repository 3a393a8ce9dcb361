"""The ``map`` directive."""

from typing import Any

from caddylite.adapt.helper import Helper
from caddylite.adapt.shorthands import shorthand_of
from caddylite.http.handlers.map import Map, Mapping


def handler(h: Helper) -> Map | None:
    """Set placeholders to what a table says of a value; ``~`` begins a regular expression.

    An output ``-``, or one that is missing, is the default.

    Syntax::

        map [<matcher>] <source> <destinations...> {
            [~]<input> <outputs...>
            default    <defaults...>
        }
    """
    h.next()
    source = h.arg()
    destinations = h.args()
    if not destinations:
        raise h.err("missing destination argument(s)")
    for destination in destinations:
        short = shorthand_of(destination)
        if short:
            raise h.err(f"destination {short} conflicts with a Caddyfile placeholder shorthand")
    mappings: list[Mapping] = []
    defaults: list[str] = []
    for word in h.block():
        if word != "default":
            mappings.append(_mapping(h, len(destinations)))
            continue
        if defaults:
            raise h.err("defaults already defined")
        defaults = h.args()
        defaults += [""] * (len(destinations) - len(defaults))
    if not h.printable(output for mapping in mappings for output in mapping.outputs):
        return None
    return Map(source, tuple(destinations), tuple(mappings), tuple(defaults))


def _mapping(h: Helper, count: int) -> Mapping:
    word = h.val
    outputs: list[Any] = []
    while h.next_arg():
        value = h.scalar()
        outputs.append(None if value == "-" else value)
    if len(outputs) > count:
        raise h.err("too many outputs")
    outputs += [None] * (count - len(outputs))
    if word.startswith("~"):
        return Mapping(input_regexp=word[1:], outputs=tuple(outputs))
    return Mapping(input=word, outputs=tuple(outputs))
