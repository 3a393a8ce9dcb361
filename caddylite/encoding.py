"""IR → plain JSON values: Caddy's keys in Caddy's order, empty fields left out.

What Caddy builds with ``JSONModuleObject`` (every module with an inline key) goes through Go's
``map[string]any``: all its keys are sorted, at every depth. So a class has up to four encoders:
as a module (with its inline key) or as a struct, sorted or in the order of its fields. Each is
written as the source of a function when it is first needed: a config of a thousand sites has
some twenty thousand nodes, and looping over field tables takes three times as long.
"""

from collections.abc import Callable
from typing import Annotated, Any, get_args, get_origin

from caddylite.hints import hints, optional, strip
from caddylite.node import ALWAYS, Node
from caddylite.values import Duration

Encoder = Callable[[Any], Any]
_EXACT = 1 << 53


def to_plain(node: Node) -> Any:
    """Return the JSON form of a node; one with an inline key gets it, all its keys sorted."""
    return _MODULES[type(node)](node)


def sort_keys(value: Any) -> Any:
    """Sort the keys of every object inside, as a trip through Go's ``map[string]any`` does.

    On that trip numbers are floating-point: an integer beyond 2**53 comes back with its shortest
    digits (``9007199254740993`` as ``9007199254740992``).
    """
    if isinstance(value, dict):
        return {k: sort_keys(value[k]) for k in sorted(value)}
    if isinstance(value, list):
        return [sort_keys(v) for v in value]
    if type(value) is int and not -_EXACT <= value <= _EXACT:
        from decimal import Decimal

        return int(Decimal(repr(float(value))))
    return value


class _Encoders(dict[type, Encoder]):
    """Encoders by class, made when they are first asked for."""

    def __init__(self, is_module: bool, is_sorted: bool) -> None:
        self.is_module, self.is_sorted = is_module, is_sorted

    def __missing__(self, cls: type[Node]) -> Encoder:
        inline = cls.inline_key if self.is_module else None
        encode = self[cls] = _make(cls, inline, self.is_sorted or inline is not None)
        return encode


#: What a field of a kind holds, and what one of a concrete class holds: outside of a module …
_MODULES = _Encoders(True, False)
_STRUCTS = _Encoders(False, False)
#: … and inside of one.
_SORTED_MODULES = _Encoders(True, True)
_SORTED_STRUCTS = _Encoders(False, True)
# A handler that cannot be written stands as null in its route.
for _encoders in (_MODULES, _SORTED_MODULES):
    _encoders[type(None)] = lambda node: None


def _make(cls: type[Node], inline: str | None, ordered: bool) -> Encoder:
    own = getattr(cls, "plain_form", None)
    types = hints(cls)
    if own is None and cls.transparent:
        (attribute,) = cls.__struct_fields__
        own = _compiled([f"return {_call(types[attribute], ordered, f'node.{attribute}')}"])
    if own is not None:
        return _own_form(own, {} if inline is None else {inline: cls.name}, ordered)
    fields = {
        key: _field(attribute, key, types[attribute], ordered)
        for attribute, key in zip(cls.__struct_fields__, cls.__struct_encode_fields__, strict=True)
    }
    if inline is not None:
        fields[inline] = [f"out[{inline!r}] = {cls.name!r}"]
    keys = sorted(fields) if ordered else list(fields)
    return _compiled(["out = {}", *(line for key in keys for line in fields[key]), "return out"])


def _own_form(own: Encoder, more: dict[str, str], ordered: bool) -> Encoder:
    if not ordered:
        return own
    return lambda node: sort_keys({**own(node), **more} if more else own(node))


def _field(attribute: str, key: str, hint: Any, ordered: bool) -> list[str]:
    """Return the lines that put a field into ``out``."""
    put = f"out[{key!r}] = {_call(hint, ordered, 'value')}"
    if get_origin(hint) is Annotated:
        if ALWAYS in get_args(hint)[1:]:
            return [f"value = node.{attribute}", put]
        hint = get_args(hint)[0]
    # a Go struct by value is never empty
    by_value = isinstance(hint, type) and issubclass(hint, Node)
    given = " is not None" if optional(hint) or hint is Any or by_value else ""
    return [f"value = node.{attribute}", f"if value{given}: {put}"]


def _call(hint: Any, ordered: bool, value: str) -> str:
    """Return the expression that encodes a value, which may be None."""
    source = _expression(strip(hint), ordered, value)
    return value if source == value else f"None if {value} is None else {source}"


def _expression(hint: Any, ordered: bool, value: str, depth: int = 0) -> str:
    """Return the expression that encodes a value of a type; None is not looked for."""
    hint = strip(hint)
    origin, args = get_origin(hint), get_args(hint)
    item = f"x{depth}"
    if origin is tuple:
        inner = _item(args[0], ordered, item, depth)
        return f"list({value})" if inner == item else f"[{inner} for {item} in {value}]"
    if origin is dict:
        inner = _item(args[1], ordered, f"{value}[{item}]", depth)
        return f"{{str({item}): {inner} for {item} in sorted({value})}}"
    if hint is Duration:
        return f"exact(int({value}))" if ordered else f"int({value})"
    if isinstance(hint, type) and issubclass(hint, Node):
        # only a field of a kind names its module; one of a concrete class knows what it holds
        table = "modules" if "namespace" in hint.__dict__ else "structs"
        return f"{'sorted_' if ordered else ''}{table}[type({value})]({value})"
    if isinstance(hint, type) and hasattr(hint, "plain_form"):
        return f"exact({value}.plain_form())" if ordered else f"{value}.plain_form()"
    return f"exact({value})" if ordered and hint not in (str, bool, float) else value


def _item(hint: Any, ordered: bool, value: str, depth: int) -> str:
    source = _expression(hint, ordered, value, depth + 1)
    if optional(hint) and source != value:
        return f"None if {value} is None else {source}"
    return source


def _compiled(lines: list[str]) -> Encoder:
    source = "\n ".join(["def encode(node):", *lines])
    names: dict[str, Any] = {
        "modules": _MODULES,
        "structs": _STRUCTS,
        "sorted_modules": _SORTED_MODULES,
        "sorted_structs": _SORTED_STRUCTS,
        "exact": sort_keys,
    }
    exec(source, names)
    encode: Encoder = names["encode"]
    return encode
