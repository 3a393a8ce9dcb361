"""IR → plain JSON values: Caddy's keys in Caddy's order, empty fields left out.

What Caddy builds with ``JSONModuleObject`` (every module with an inline key) goes through Go's
``map[string]any``: all its keys are sorted, at every depth. So a class has up to four encoders:
as a module (with its inline key) or as a struct, sorted or in the order of its fields. They are
made when they are first needed.
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
    if own is None and cls.transparent:
        own = _transparent(cls, ordered)
    if own is not None:
        return _own_form(own, {} if inline is None else {inline: cls.name}, ordered)
    fields = _fields(cls, ordered)
    if inline is not None:
        fields = [f for f in fields if f[1] != inline]
        fields.append(("name", inline, _ALWAYS, None))
    if ordered:
        fields.sort(key=lambda f: f[1])

    def encode(node: Node) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for attribute, key, keep, inner in fields:
            value = getattr(node, attribute)
            if value or (keep and (keep == _ALWAYS or value is not None)):
                out[key] = value if inner is None else inner(value)
        return out

    return encode


def _transparent(cls: type[Node], ordered: bool) -> Encoder:
    (attribute,) = cls.__struct_fields__
    inner = _nullable(_encoder(hints(cls)[attribute], ordered))
    return lambda node: inner(getattr(node, attribute))


def _own_form(own: Encoder, more: dict[str, str], ordered: bool) -> Encoder:
    if not ordered:
        return own
    return lambda node: sort_keys({**own(node), **more} if more else own(node))


#: What a field is kept for: being truthy (``omitempty``), not being None (pointers), always.
_TRUTHY, _GIVEN, _ALWAYS = range(3)


def _fields(cls: type[Node], ordered: bool) -> list[tuple[str, str, int, Encoder | None]]:
    """Return attribute, key, what it is kept for, and encoder (None: as it is) of each field."""
    out: list[tuple[str, str, int, Encoder | None]] = []
    types = hints(cls)
    for attribute, key in zip(cls.__struct_fields__, cls.__struct_encode_fields__, strict=True):
        hint, keep = types[attribute], _TRUTHY
        if get_origin(hint) is Annotated:
            keep = _ALWAYS if ALWAYS in get_args(hint)[1:] else _TRUTHY
            hint = get_args(hint)[0]
        # a Go struct by value is never empty
        by_value = isinstance(hint, type) and issubclass(hint, Node)
        if not keep and (optional(hint) or hint is Any or by_value):
            keep = _GIVEN
        inner = _encoder(hint, ordered)
        if inner is not None and keep == _ALWAYS:
            inner = _nullable(inner)
        out.append((attribute, key, keep, inner))
    return out


def _as_it_is(value: Any) -> Any:
    return value


def _nullable(inner: Encoder | None) -> Encoder:
    if inner is None:
        return _as_it_is
    return lambda value: None if value is None else inner(value)


def _encoder(hint: Any, ordered: bool) -> Encoder | None:
    """Return what encodes a value of a type, other than None; None if it stays as it is."""
    hint = strip(hint)
    origin, args = get_origin(hint), get_args(hint)
    if origin is tuple:
        each = _item(args[0], ordered)
        return list if each is None else lambda value: [each(v) for v in value]
    if origin is dict:
        inner = _item(args[1], ordered) or _as_it_is
        return lambda value: {str(k): inner(value[k]) for k in sorted(value)}
    if isinstance(hint, type) and issubclass(hint, Node):
        # only a field of a kind names its module; one of a concrete class knows what it holds
        if "namespace" in hint.__dict__:
            table = _SORTED_MODULES if ordered else _MODULES
        else:
            table = _SORTED_STRUCTS if ordered else _STRUCTS
        return lambda value: table[type(value)](value)
    if isinstance(hint, type) and hasattr(hint, "plain_form"):
        return lambda value: sort_keys(value.plain_form()) if ordered else value.plain_form()
    if hint is Duration:
        return lambda value: sort_keys(int(value)) if ordered else int(value)
    return sort_keys if ordered and hint not in (str, bool, float) else None


def _item(hint: Any, ordered: bool) -> Encoder | None:
    inner = _encoder(hint, ordered)
    return _nullable(inner) if inner is not None and optional(hint) else inner
