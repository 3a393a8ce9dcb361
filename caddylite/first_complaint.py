"""The complaint that Caddy makes first of a config that cannot be read, in its words.

Caddy reads a module's own JSON wholly, leaving the modules inside as they are, before it loads
these one after the other (``loading_order.py``). The codec reads everything at once, and asks here
when something is wrong.
"""

from collections.abc import Iterator
from typing import Any, get_args, get_origin

from caddylite.codec import decoder, fields_decoder, folded, is_inline, is_kind
from caddylite.decoding_words import Mismatch, Nested, Path
from caddylite.errors import ConfigError, UnknownName
from caddylite.gotext import go_value
from caddylite.hints import hints, strip
from caddylite.kinds import NULL_MODULE
from caddylite.loading_order import APPS, when_and_words
from caddylite.node import Node
from caddylite.registry import find

#: A place for modules inside a module: the steps to it, its annotation, what stands there.
Place = tuple[Path, Any, Any]


def first_complaint(hint: Any, value: Any, path: Path = ()) -> ConfigError | None:
    """Say what is wrong with a value of this annotation; None if nothing is."""
    if _holds_modules(hint):
        return _of_modules(hint, value, path)
    return _of_itself(hint, value, path) or _of_its_modules(hint, value, path)


def _of_itself(hint: Any, value: Any, path: Path) -> ConfigError | None:
    read = fields_decoder(hint, True) if _is_class(hint) else decoder(hint, True)
    try:
        read(value, path)
    except ConfigError as e:
        return e
    return None


def _of_its_modules(hint: Any, value: Any, path: Path) -> Nested | None:
    owner = (hint.id or hint.__name__) if _is_class(hint) else ""
    found = [(*when_and_words(owner, place[0]), place) for place in _places(hint, value)]
    for _, words, (steps, inner, modules) in sorted(found, key=lambda f: f[0]):
        complaint = _of_modules(inner, modules, (*path, *steps))
        if complaint is not None:
            return complaint.around(words)
    return None


def _is_class(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, Node)


def _holds_modules(hint: Any) -> bool:
    """Are these modules, or a list or map of them?"""
    hint = strip(hint)
    if get_origin(hint) in (tuple, dict):
        item = get_args(hint)[0 if get_origin(hint) is tuple else 1]
        return _holds_modules(item)
    return is_kind(hint)


def _places(hint: Any, value: Any, steps: Path = ()) -> Iterator[Place]:
    """Return the places for modules in a value that has been read without complaint."""
    hint = strip(hint)
    if _holds_modules(hint):
        yield steps, hint, value
    elif get_origin(hint) is tuple:
        for i, inner in enumerate(value or ()):
            yield from _places(get_args(hint)[0], inner, (*steps, i))
    elif get_origin(hint) is dict:
        for key in sorted(value or ()):
            yield from _places(get_args(hint)[1], value[key], (*steps, key))
    elif _is_class(hint) and not hasattr(hint, "from_plain_form"):
        yield from _places_in(hint, value or {}, steps)


def _places_in(cls: type[Node], value: Any, steps: Path) -> Iterator[Place]:
    annotations = hints(cls)
    fields = dict(zip(cls.__struct_encode_fields__, cls.__struct_fields__, strict=True))
    if cls.transparent:
        (attribute,) = cls.__struct_fields__
        yield from _places(annotations[attribute], value or None, steps)
        return
    for key, inner in value.items():
        known = folded(key, fields) if key not in fields else key
        yield from _places(annotations[fields[known]], inner, (*steps, known))


# --- modules


def _of_modules(hint: Any, value: Any, path: Path) -> Nested | None:
    """Say what is wrong with what stands where modules stand."""
    hint = strip(hint)
    if get_origin(hint) is tuple:
        item = get_args(hint)[0]
        words = "position {}: " if is_inline(strip(item)) else ""
        return _first(item, enumerate(value or ()), words, path)
    if get_origin(hint) is dict:
        kind = get_args(hint)[1]
        in_order = sorted((value or {}).items())
        if not is_inline(strip(kind)):
            if not kind.namespace:
                in_order.sort(key=lambda app: app[0] not in APPS)
            return _of_named(kind.namespace, in_order, path)
        return _first(kind, in_order, "key {}: ", path)
    return _of_inline(hint, value, path)


def _first(hint: Any, values: Any, words: str, path: Path) -> Nested | None:
    for step, value in values:
        complaint = _of_modules(hint, value, (*path, step))
        if complaint is not None:
            return complaint.around(words.format(step))
    return None


def _of_named(namespace: str, modules: list[tuple[str, Any]], path: Path) -> Nested | None:
    """Say what is wrong with the modules of a map whose keys are their names."""
    for name, value in modules:
        complaint = _of_module(namespace, name, value, (*path, name), (*path, name))
        if complaint is not None:
            words = f"module name '{name}': " if namespace else f"loading {name} app module: "
            return complaint.around(words)
    return None


def _of_inline(kind: type[Node], value: Any, path: Path) -> Nested | None:
    """Say what is wrong with a module that says its name itself."""
    if value is not None and not isinstance(value, dict):
        return Nested(str(Mismatch(value, dict[str, Any], path)), path)
    given, key = value or {}, str(kind.inline_key)
    name = given.get(key)
    if not isinstance(name, str) or not name:
        said = f"module name not specified with key '{key}' in {go_value(given)}"
        return Nested(said, path)
    rest = _written_anew({k: v for k, v in given.items() if k != key})
    complaint = _of_module(kind.__dict__["namespace"], name, rest, path, (*path, key))
    return None if complaint is None else complaint.around(f"loading module '{name}': ")


def _of_module(
    namespace: str, name: str, value: Any, path: Path, name_path: Path
) -> Nested | None:
    try:
        cls: type[Node] = find(namespace, name)
    except UnknownName as e:
        return Nested(e.message, path, name_path, e.hint)
    if value is None:
        return Nested(NULL_MODULE, path)
    own = _of_itself(cls, value, path)
    if own is not None:
        words = f"decoding module config: {cls.id}: {own}"
        return Nested(words, path, own.path, own.hint)
    nested = _of_its_modules(cls, value, path)
    return None if nested is None else nested.around(f"provision {cls.id}: ")


def _written_anew(value: Any) -> Any:
    """Return a module's JSON as Caddy writes it once it has taken the name out.

    Keys are sorted, and numbers are as precise as a float64 is.
    """
    if isinstance(value, dict):
        return {key: _written_anew(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [_written_anew(v) for v in value]
    if type(value) is int and abs(value) > 1 << 53:
        return float(value)
    return value
