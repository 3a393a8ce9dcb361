"""IR ↔ Caddy JSON (as plain Python values): same keys, same order, empty fields left out.

Decoding is strict, as Caddy's is: an unknown key is refused by name, and every complaint carries
the path to it. The way out is in ``encoding.py``.
"""

from collections.abc import Callable
from functools import cache
from typing import Annotated, Any, TypeVar, get_args, get_origin

from caddylite.encoding import sort_keys, to_plain
from caddylite.errors import ConfigError, UnknownName
from caddylite.hints import hints, optional, strip
from caddylite.node import Node
from caddylite.registry import find
from caddylite.values import Duration

__all__ = ["from_plain", "sort_keys", "to_plain"]

N = TypeVar("N", bound=Node)
Path = tuple[str | int, ...]
Decoder = Callable[[Any, Path], Any]


def from_plain(cls: type[N], value: Any, path: Path = ()) -> N:
    """Read a node of this class (or, for an abstract kind, of the module its key names)."""
    result: N = _decoder(cls)(value, path)
    return result


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
    if get_origin(hint) is Annotated:
        hint = get_args(hint)[0]
    may_be_null = optional(hint)
    hint = strip(hint)
    origin, args = get_origin(hint), get_args(hint)
    if origin is tuple:
        inner = _decoder(args[0])

        def decode_tuple(value: Any, path: Path) -> Any:
            if value is None:
                return None if may_be_null else ()
            if not isinstance(value, list):
                raise _mismatch(value, "[]", path)
            return tuple([inner(v, (*path, i)) for i, v in enumerate(value)])

        return decode_tuple
    if origin is dict:
        return _dict_decoder(args[0], args[1], may_be_null)
    if hint is Any:
        return lambda value, path: value
    if hint is Duration:
        return _decode_duration
    if isinstance(hint, type) and issubclass(hint, Node):
        return _node_decoder(hint)
    if isinstance(hint, type) and hasattr(hint, "from_plain_form"):
        own: Decoder = hint.from_plain_form
        return own
    return _scalar_decoder(hint, may_be_null)


def _scalar_decoder(hint: type, may_be_null: bool) -> Decoder:
    zero = None if may_be_null else hint()

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


def _dict_decoder(key: type, kind: Any, may_be_null: bool) -> Decoder:
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
                    if body is None:
                        message = f"module name '{name}': module value cannot be null"
                        raise ConfigError(message, path=(*path, name))
                    cls = _find(namespace, name, (*path, name))
                    out[name] = _fields_decoder(cls)(body, (*path, name))
                return out

            return decode_map
    inner = _decoder(kind)

    def decode_dict(value: Any, path: Path) -> Any:
        if value is None:
            return None if may_be_null else {}
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
    annotations = hints(cls)
    table = {
        key: (attribute, _decoder(annotations[attribute]))
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
