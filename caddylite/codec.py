"""IR ↔ Caddy JSON (as plain Python values): same keys, same order, empty fields left out.

Decoding is strict, as Caddy's is: an unknown key is refused by name, and every complaint carries
the path to it. What Go does on the way out is done here too: whatever Caddy builds with
``JSONModuleObject`` (everything with an inline key) has all its keys sorted, at every depth.
"""

import types
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from inspect import get_annotations
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from caddylite.errors import ConfigError, UnknownName
from caddylite.node import ALWAYS, Node
from caddylite.registry import find
from caddylite.values import Duration

N = TypeVar("N", bound=Node)
Path = tuple[str | int, ...]
_EXACT = 1 << 53
Encoder = Callable[[Any], Any]
Decoder = Callable[[Any, Path], Any]


def to_plain(node: Node) -> Any:
    """Return the JSON form of a node; one with an inline key gets it, all its keys sorted."""
    return _encode_node(node)


def from_plain(cls: type[N], value: Any, path: Path = ()) -> N:
    """Read a node of this class (or, for an abstract kind, of the module its key names)."""
    result: N = _decoder(cls)(value, path)
    return result


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
        return int(Decimal(repr(float(value))))
    return value


def _encode_node(node: Node) -> Any:
    cls = type(node)
    if cls.inline_key is not None:
        body = _encode_fields(node)
        body[cls.inline_key] = cls.name
        return sort_keys(body)
    return _encode_fields(node)


def _encode_fields(node: Node) -> Any:
    own = getattr(node, "plain_form", None)
    if own is not None:
        return own()
    fields = _fields(type(node))
    if type(node).transparent:
        (field,) = fields
        return field[3](getattr(node, field[0]))
    out: dict[str, Any] = {}
    for attribute, key, keep, encode in fields:
        value = getattr(node, attribute)
        if keep(value):
            out[key] = encode(value)
    return out


def _not_none(value: object) -> bool:
    return value is not None


def _always(value: object) -> bool:
    return True


@cache
def _fields(cls: type[Node]) -> list[tuple[str, str, Callable[[Any], bool], Encoder]]:
    hints = _hints(cls)
    out: list[tuple[str, str, Callable[[Any], bool], Encoder]] = []
    for attribute, key in zip(cls.__struct_fields__, cls.__struct_encode_fields__, strict=True):
        hint = hints[attribute]
        keep: Callable[[Any], bool] = bool
        if get_origin(hint) is Annotated:
            if ALWAYS in get_args(hint)[1:]:
                keep = _always
            hint = get_args(hint)[0]
        if keep is bool and (_optional(hint) or hint is Any):
            keep = _not_none
        elif keep is bool and isinstance(hint, type) and issubclass(hint, Node):
            keep = _not_none  # a Go struct by value is never empty
        out.append((attribute, key, keep, _encoder(hint)))
    return out


def _hints(cls: type[Node]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for base in reversed(cls.__mro__):
        if base is not object:
            out.update(get_annotations(base))
    return out


def _optional(hint: Any) -> bool:
    return get_origin(hint) in (Union, types.UnionType) and type(None) in get_args(hint)


def _strip(hint: Any) -> Any:
    """Take Annotated and ``| None`` off a type."""
    while True:
        if get_origin(hint) is Annotated:
            hint = get_args(hint)[0]
        elif _optional(hint):
            rest = [a for a in get_args(hint) if a is not type(None)]
            if len(rest) != 1:
                return Any
            hint = rest[0]
        else:
            return hint


def _same(value: Any) -> Any:
    return value


@cache
def _encoder(hint: Any) -> Encoder:
    hint = _strip(hint)
    origin, args = get_origin(hint), get_args(hint)
    if origin is tuple:
        inner = _encoder(args[0])
        if inner is _same:
            return lambda v: None if v is None else list(v)
        return lambda v: None if v is None else [inner(x) for x in v]
    if origin is dict:
        inner = _encoder(args[1])
        return lambda v: None if v is None else {str(k): inner(v[k]) for k in sorted(v)}
    if hint is Duration:
        return int
    if isinstance(hint, type) and issubclass(hint, Node):
        # Only a field of a kind names its module; one of a concrete class knows what it holds.
        encode = _encode_node if "namespace" in hint.__dict__ else _encode_fields
        return lambda v: None if v is None else encode(v)
    if isinstance(hint, type) and hasattr(hint, "plain_form"):
        return lambda v: None if v is None else v.plain_form()
    return _same


_KIND = {str: "string", bool: "bool", int: "int", float: "float64"}


def _mismatch(value: Any, wanted: str, path: Path) -> ConfigError:
    got = {str: "string", bool: "bool", int: "number", float: "number", list: "array"}.get(
        type(value), "object"
    )
    where = ".".join(map(str, path))
    return ConfigError(
        f"json: cannot unmarshal {got} into Go value of type {wanted}"
        + (f" at {where}" if where else ""),
        path=path,
    )


@cache
def _decoder(hint: Any) -> Decoder:
    optional = _optional(hint)
    hint = _strip(hint)
    origin, args = get_origin(hint), get_args(hint)
    if origin is tuple:
        inner = _decoder(args[0])

        def decode_tuple(value: Any, path: Path) -> Any:
            if value is None:
                return None if optional else ()
            if not isinstance(value, list):
                raise _mismatch(value, "[]", path)
            return tuple([inner(v, (*path, i)) for i, v in enumerate(value)])

        return decode_tuple
    if origin is dict:
        return _dict_decoder(args[0], args[1], optional)
    if hint is Any:
        return lambda value, path: value
    if hint is Duration:
        return _decode_duration
    if isinstance(hint, type) and issubclass(hint, Node):
        return _node_decoder(hint)
    if isinstance(hint, type) and hasattr(hint, "from_plain_form"):
        own: Decoder = hint.from_plain_form
        return own
    return _scalar_decoder(hint, optional)


def _scalar_decoder(hint: type, optional: bool) -> Decoder:
    zero = None if optional else hint()

    def decode_scalar(value: Any, path: Path) -> Any:
        if type(value) is hint:
            return value
        if value is None:
            return zero
        if hint is float and type(value) is int:
            return float(value)
        if hint is int and type(value) is float and value.is_integer():
            return int(value)
        raise _mismatch(value, _KIND.get(hint, hint.__name__), path)

    return decode_scalar


def _decode_duration(value: Any, path: Path) -> Any:
    if value is None:
        return Duration(0)
    if type(value) is int:
        return Duration(value)
    if isinstance(value, str):
        try:
            return Duration.parse(value)
        except ValueError as e:
            raise ConfigError(str(e), path=path) from None
    raise _mismatch(value, "caddy.Duration", path)


def _dict_decoder(key: type, kind: Any, optional: bool) -> Decoder:
    if isinstance(kind, type) and issubclass(kind, Node) and "namespace" in kind.__dict__:
        namespace = kind.__dict__["namespace"]
        if kind.inline_key is None and namespace is not None:

            def decode_map(value: Any, path: Path) -> Any:
                if value is None:
                    return {}
                if not isinstance(value, dict):
                    raise _mismatch(value, "map", path)
                out = {}
                for name, body in value.items():
                    cls = _find(namespace, name, (*path, name))
                    out[name] = _fields_decoder(cls)(body, (*path, name))
                return out

            return decode_map
    inner = _decoder(kind)

    def decode_dict(value: Any, path: Path) -> Any:
        if value is None:
            return None if optional else {}
        if not isinstance(value, dict):
            raise _mismatch(value, "map", path)
        return {key(k): inner(v, (*path, k)) for k, v in value.items()}

    return decode_dict


def _find(namespace: str, name: str, path: Path) -> type[Node]:
    try:
        cls: type[Node] = find(namespace, name)
    except UnknownName as e:
        e.path = path
        raise
    return cls


def _node_decoder(cls: type[Node]) -> Decoder:
    if "namespace" not in cls.__dict__ or cls.inline_key is None:
        return _fields_decoder(cls)
    namespace, key = cls.__dict__["namespace"], cls.inline_key

    def decode_module(value: Any, path: Path) -> Any:
        if value is None:
            return None
        if not isinstance(value, dict):
            raise _mismatch(value, "object", path)
        name = value.get(key)
        if not isinstance(name, str) or not name:
            raise ConfigError(f"module name not specified with key '{key}' in {value}", path=path)
        concrete = _find(namespace, name, (*path, key))
        return _fields_decoder(concrete)({k: v for k, v in value.items() if k != key}, path)

    return decode_module


@cache
def _fields_decoder(cls: type[Node]) -> Decoder:
    own = getattr(cls, "from_plain_form", None)
    if own is not None:
        return own  # type: ignore[no-any-return]
    hints = _hints(cls)
    table = {
        key: (attribute, _decoder(hints[attribute]))
        for attribute, key in zip(cls.__struct_fields__, cls.__struct_encode_fields__, strict=True)
    }
    if cls.transparent:
        ((attribute, decode),) = table.values()
        return lambda value, path: cls(**{attribute: decode(value, path)})

    def decode_fields(value: Any, path: Path) -> Any:
        if value is None:
            return cls()
        if not isinstance(value, dict):
            raise _mismatch(value, cls.__name__, path)
        given: dict[str, Any] = {}
        for key, inner in value.items():
            entry = table.get(key)
            if entry is None:
                raise UnknownName(f'json: unknown field "{key}"', key, table, None).located(
                    (*path, key)
                )
            given[entry[0]] = entry[1](inner, (*path, key))
        return cls(**given)

    return decode_fields
