"""IR ↔ Caddy JSON (as plain Python values): same keys, same order, empty fields left out.

Decoding is strict, as Caddy's is: an unknown key is refused by name, and every complaint carries
the path to it and Caddy's words around it (``decoding_words.py``). As in Go:

* the keys of structs are matched whatever their case (``"Listen"``), those of maps and the inline
  key of a module (``"handler"``) exactly; the last one given counts;
* null leaves a field as it is when it is not given; where a module stands it is refused;
* numbers for integers have no fraction and fit 64 bits. A fraction that is zero (``1.0``) is let
  through: so does Caddy inside of modules with an inline key, elsewhere it refuses it.

The way out is in ``encoding.py``.
"""

from collections.abc import Callable
from functools import cache
from typing import Annotated, Any, TypeVar, get_args, get_origin

from caddylite.decoding_words import Mismatch, Nested, go_type, path_words
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
_INT64 = 1 << 63


def from_plain(cls: type[N], value: Any, path: Path = ()) -> N:
    """Read a node of this class (or, for an abstract kind, of the module its key names)."""
    try:
        result: N = _decoder(cls)(value, path)
    except Nested as e:
        raise e.around(path_words(cls.id or cls.__name__, e.path[len(path) :])) from None
    return result


@cache
def _decoder(hint: Any) -> Decoder:
    if get_origin(hint) is Annotated:
        hint = get_args(hint)[0]
    may_be_null = optional(hint)
    hint = strip(hint)
    origin, args = get_origin(hint), get_args(hint)
    if origin is tuple:
        return _list_decoder(args[0], may_be_null)
    if origin is dict:
        return _dict_decoder(args[0], args[1], may_be_null)
    if hint is Any:
        return lambda value, path: value
    if hint is Duration:
        return _decode_duration
    if isinstance(hint, type) and issubclass(hint, Node):
        return _module_decoder(hint) if _is_inline(hint) else _fields_decoder(hint)
    if isinstance(hint, type) and hasattr(hint, "from_plain_form"):
        own: Decoder = hint.from_plain_form
        return own
    return _scalar_decoder(hint, may_be_null)


def _is_kind(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, Node) and "namespace" in hint.__dict__


def _is_inline(hint: Any) -> bool:
    """Is it a kind of modules that say their name themselves?"""
    return _is_kind(hint) and hint.inline_key is not None


def _list_decoder(item: Any, may_be_null: bool) -> Decoder:
    inner = _decoder(item)
    wanted = go_type(tuple[item, ...])
    modules = _is_inline(strip(item))

    def decode_list(value: Any, path: Path) -> Any:
        if value is None:
            return None if may_be_null else ()
        if not isinstance(value, list):
            raise Mismatch(value, wanted, path)
        return tuple([inner(v, (*path, i)) for i, v in enumerate(value)])

    def decode_modules(value: Any, path: Path) -> Any:
        try:
            return decode_list(value, path)
        except Nested as e:
            raise e.around(f"position {e.path[len(path)]}: ") from None

    return decode_modules if modules else decode_list


def _scalar_decoder(hint: type, may_be_null: bool) -> Decoder:
    zero = None if may_be_null else hint()
    wanted = go_type(hint)

    def decode_scalar(value: Any, path: Path) -> Any:
        if type(value) is hint:
            return value
        if value is None:
            return zero
        if hint is float and type(value) is int:
            return float(value)
        raise Mismatch(value, wanted, path)

    def decode_int(value: Any, path: Path) -> Any:
        if value is None:
            return zero
        if type(value) is int and -_INT64 <= value < _INT64:
            return value
        if type(value) is float and value.is_integer() and abs(value) < _INT64:
            return int(value)
        number = type(value) in (int, float)
        raise Mismatch(value, wanted, path, f"number {value}" if number else "")

    return decode_int if hint is int else decode_scalar


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
    raise Mismatch(value, "time.Duration", path)


def _dict_decoder(key: type, kind: Any, may_be_null: bool) -> Decoder:
    module_map = _is_kind(kind) and kind.inline_key is None
    inner = _named_module(kind.__dict__["namespace"]) if module_map else _decoder(kind)
    keyed = _is_inline(strip(kind))
    wanted = go_type(dict[str, kind])

    def decode_dict(value: Any, path: Path) -> Any:
        if value is None:
            return None if may_be_null else {}
        if not isinstance(value, dict):
            raise Mismatch(value, wanted, path)
        return {key(k): inner(v, (*path, k)) for k, v in value.items()}

    def decode_modules(value: Any, path: Path) -> Any:
        try:
            return decode_dict(value, path)
        except Nested as e:
            raise e.around(f"key {e.path[len(path)]}: ") from None

    return decode_modules if keyed else decode_dict


def _named_module(namespace: str) -> Decoder:
    """Decode a module whose name is the last step of its path."""

    def decode_named(value: Any, path: Path) -> Any:
        name = str(path[-1])
        try:
            cls = _find(namespace, name, path)
            if value is None:
                raise Nested("module value cannot be null", path=path)
            return _body(cls, value, path)
        except Nested as e:
            prefix = f"module name '{name}': " if namespace else f"loading {name} app module: "
            raise e.around(prefix) from None

    return decode_named


def _find(namespace: str, name: str, path: Path) -> type[Node]:
    try:
        cls: type[Node] = find(namespace, name)
    except UnknownName as e:
        from caddylite.module_hints import about_module

        raise Nested(e.message, hint=about_module(e.message.split()[-1]), path=path) from None
    return cls


def _body(cls: type[Node], value: Any, path: Path) -> Node:
    """Decode a module, its name left out; say in which one a complaint is."""
    try:
        node: Node = _fields_decoder(cls)(value, path)
    except Nested as e:
        words = path_words(cls.id, e.path[len(path) :])
        raise e.around(f"provision {cls.id}: {words}") from None
    except ConfigError as e:
        words = f"decoding module config: {cls.id}: {e}"
        raise Nested(words, e.at, e.hint, e.path) from None
    return node


def _module_decoder(cls: type[Node]) -> Decoder:
    namespace, key = cls.__dict__["namespace"], cls.inline_key

    def decode_module(value: Any, path: Path) -> Any:
        if value is not None and not isinstance(value, dict):
            raise Nested(str(Mismatch(value, "map[string]interface {}", path)), path=path)
        given = value or {}
        name = given.get(key)
        if not isinstance(name, str) or not name:
            from caddylite.gotext import to_string

            message = f"module name not specified with key '{key}' in {to_string(given)}"
            raise Nested(message, path=path)
        try:
            concrete = _find(namespace, name, (*path, str(key)))
            rest = {k: v for k, v in given.items() if k != key}
            return _body(concrete, rest, path)
        except Nested as e:
            raise e.around(f"loading module '{name}': ") from None

    return decode_module


@cache
def _fields_decoder(cls: type[Node]) -> Decoder:
    own = getattr(cls, "from_plain_form", None)
    if own is not None:
        return own  # type: ignore[no-any-return]
    table = _field_table(cls)
    if cls.transparent:
        ((attribute, decode, _),) = table.values()
        return lambda value, path: cls(**{attribute: decode(value, path)})
    wanted = go_type(cls)

    def decode_fields(value: Any, path: Path) -> Any:
        if value is None:
            return cls()
        if not isinstance(value, dict):
            raise Mismatch(value, wanted, path)
        given: dict[str, Any] = {}
        for key, inner in value.items():
            entry = table.get(key) or table.get(_folded(key, table))
            if entry is None:
                raise UnknownName(f'json: unknown field "{key}"', key, table, None).located(
                    (*path, key)
                )
            attribute, decode, null_counts = entry
            if inner is None and not null_counts:
                continue
            try:
                given[attribute] = decode(inner, (*path, key))
            except Mismatch as e:
                e.under(cls, key)
                raise
        return cls(**given)

    return decode_fields


def _field_table(cls: type[Node]) -> dict[str, tuple[str, Decoder, bool]]:
    """Return by key: the attribute, its decoder, and whether null is not the same as nothing."""
    annotations = hints(cls)
    out = {}
    for attribute, key in zip(cls.__struct_fields__, cls.__struct_encode_fields__, strict=True):
        hint = annotations[attribute]
        bare = strip(hint)
        own = not optional(hint) and hasattr(bare, "from_plain_form")
        null_counts = own or bare is Any or _is_inline(bare)
        out[key] = (attribute, _decoder(hint), null_counts)
    return out


def _folded(key: str, table: dict[str, Any]) -> str:
    """Return the key of a table that differs from this one in case only; Go takes it for it."""
    folded = key.casefold()
    if len(folded) != len(key):  # a ligature or the like, which is no letter's other case
        return key
    return next((known for known in table if known.casefold() == folded), key)
