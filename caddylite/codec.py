"""IR ↔ Caddy JSON (as plain Python values): same keys, same order, empty fields left out.

Decoding is strict, as Caddy's is: an unknown key is refused by name, and every complaint carries
the path to it. When there is one, the value is read again in Caddy's order, for the complaint that
Caddy would make and its words around it (``first_complaint.py``). As in Go:

* the keys of structs are matched whatever their case (``"Listen"``), those of maps and the inline
  key of a module (``"handler"``) exactly; the last one given counts;
* null leaves a field as it is when it is not given; where a module stands it is refused;
* numbers for integers have no fraction and fit 64 bits. A fraction that is zero (``1.0``) is let
  through: so does Caddy inside of modules with an inline key, elsewhere it refuses it.

The way out is in ``encoding.py``.
"""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Annotated, Any, TypeVar, get_args, get_origin

from caddylite.decoding_words import Mismatch, Path
from caddylite.encoding import sort_keys, to_plain
from caddylite.errors import ConfigError, UnknownName
from caddylite.hints import go_name, hints, optional, strip
from caddylite.kinds import NULL_MODULE
from caddylite.node import GoType, Node
from caddylite.registry import find
from caddylite.values import Duration

__all__ = ["from_plain", "sort_keys", "to_plain"]

N = TypeVar("N", bound=Node)
Decoder = Callable[[Any, Path], Any]
#: The lowest value of an integer and the first too large, by its type in Go.
_LIMITS = {"": (-1 << 63, 1 << 63), "uint16": (0, 1 << 16), "uint32": (0, 1 << 32)}


def from_plain(cls: type[N], value: Any, path: Path = ()) -> N:
    """Read a node of this class (or, for an abstract kind, of the module its key names)."""
    try:
        result: N = decoder(cls)(value, path)
    except ConfigError as e:
        from caddylite.first_complaint import first_complaint

        raise first_complaint(cls, value, path) or e from None
    return result


@cache
def decoder(hint: Any, shallow: bool = False) -> Decoder:
    """Return what reads a value with this annotation (``shallow``: modules stay as they are)."""
    if get_origin(hint) is Annotated and not go_name(hint):
        hint = get_args(hint)[0]
    may_be_null = optional(hint)
    name = go_name(hint)
    hint = strip(hint)
    origin, args = get_origin(hint), get_args(hint)
    if origin is tuple:
        return _list_decoder(args[0], may_be_null, shallow)
    if origin is dict:
        return _dict_decoder(args[0], args[1], may_be_null, shallow)
    if hint is Any or (shallow and is_inline(hint)):
        return _as_it_is
    if hint is Duration:
        return _decode_nanoseconds if name else _decode_duration
    if isinstance(hint, type) and issubclass(hint, Node):
        return _module_decoder(hint) if is_inline(hint) else fields_decoder(hint, shallow)
    if isinstance(hint, type) and hasattr(hint, "from_plain_form"):
        own: Decoder = hint.from_plain_form
        return own
    if hint is int:
        return _int_decoder(name, may_be_null)
    return _scalar_decoder(hint, name, may_be_null)


def _as_it_is(value: Any, path: Path) -> Any:
    return value


def is_kind(hint: Any) -> bool:
    """Is it a kind of modules?"""
    return isinstance(hint, type) and issubclass(hint, Node) and "namespace" in hint.__dict__


def is_inline(hint: Any) -> bool:
    """Is it a kind of modules that say their name themselves?"""
    return is_kind(hint) and hint.inline_key is not None


def _list_decoder(item: Any, may_be_null: bool, shallow: bool) -> Decoder:
    inner = decoder(item, shallow)
    wanted = tuple[item, ...]

    def decode_list(value: Any, path: Path) -> Any:
        if value is None:
            return None if may_be_null else ()
        if not isinstance(value, list):
            raise Mismatch(value, wanted, path)
        return tuple([inner(v, (*path, i)) for i, v in enumerate(value)])

    return decode_list


def _scalar_decoder(hint: type, name: str, may_be_null: bool) -> Decoder:
    zero = None if may_be_null else hint()
    wanted = Annotated[hint, GoType(name)] if name else hint

    def decode_scalar(value: Any, path: Path) -> Any:
        if type(value) is hint:
            return value
        if value is None:
            return zero
        if hint is float and type(value) is int:
            return float(value)
        raise Mismatch(value, wanted, path)

    return decode_scalar


@cache
def _int_decoder(size: str, may_be_null: bool) -> Decoder:
    zero = None if may_be_null else 0
    low, high = _LIMITS[size]
    hint = Annotated[int, GoType(size)] if size else int

    def decode_int(value: Any, path: Path) -> Any:
        if value is None:
            return zero
        if type(value) is int and low <= value < high:
            return value
        if type(value) is float and value.is_integer() and low <= value < high:
            return int(value)
        raise Mismatch(value, hint, path)

    return decode_int


def _decode_duration(value: Any, path: Path) -> Any:
    if not isinstance(value, str):
        return _decode_nanoseconds(value, path)
    try:
        return Duration.parse(value)
    except ValueError as e:
        raise ConfigError(str(e), path=path) from None


def _decode_nanoseconds(value: Any, path: Path) -> Any:
    try:
        return Duration(_int_decoder("", False)(value, path))
    except Mismatch as e:
        e.wanted = Duration
        raise


def _dict_decoder(key: type, kind: Any, may_be_null: bool, shallow: bool) -> Decoder:
    if not is_kind(kind) or kind.inline_key is not None:
        inner = decoder(kind, shallow)
    else:
        inner = _as_it_is if shallow else _named_module(kind.__dict__["namespace"])
    wanted = dict[str, kind]

    def decode_dict(value: Any, path: Path) -> Any:
        if value is None:
            return None if may_be_null else {}
        if not isinstance(value, dict):
            raise Mismatch(value, wanted, path)
        return {key(k): inner(v, (*path, k)) for k, v in value.items()}

    return decode_dict


def _named_module(namespace: str) -> Decoder:
    """Decode a module whose name is the last step of its path."""

    def decode_named(value: Any, path: Path) -> Any:
        cls = find(namespace, str(path[-1]))
        if value is None:
            raise ConfigError(NULL_MODULE, path=path)
        return fields_decoder(cls)(value, path)

    return decode_named


def _module_decoder(cls: type[Node]) -> Decoder:
    namespace, key = cls.__dict__["namespace"], cls.inline_key

    def decode_module(value: Any, path: Path) -> Any:
        name = value.get(key) if isinstance(value, dict) else None
        if not isinstance(name, str) or not name:
            raise ConfigError(f"module name not specified with key '{key}'", path=path)
        concrete = find(namespace, name)
        rest = {k: v for k, v in value.items() if k != key}
        return fields_decoder(concrete)(rest, path)

    return decode_module


@cache
def fields_decoder(cls: type[Node], shallow: bool = False) -> Decoder:
    """Return what reads the fields of a class; a module has said its name already."""
    own = getattr(cls, "from_plain_form", None)
    if own is not None:
        return own  # type: ignore[no-any-return]
    table = _field_table(cls, shallow)
    if cls.transparent:
        ((attribute, decode, _),) = table.values()

        def decode_transparent(value: Any, path: Path) -> Any:
            try:
                return cls(**{attribute: decode(value, path)})
            except Mismatch as e:
                if e.path == path:
                    e.wanted = cls
                raise

        return decode_transparent

    def decode_fields(value: Any, path: Path) -> Any:
        if value is None:
            return cls()
        if not isinstance(value, dict):
            raise Mismatch(value, cls, path)
        given: dict[str, Any] = {}
        for key, inner in value.items():
            entry = table.get(key) or table.get(folded(key, table))
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
                e.under(cls, key, (*path, key))
                raise
        return cls(**given)

    return decode_fields


def _field_table(cls: type[Node], shallow: bool = False) -> dict[str, tuple[str, Decoder, bool]]:
    """Return by key: the attribute, its decoder, and whether null is not the same as nothing."""
    annotations = hints(cls)
    out = {}
    for attribute, key in zip(cls.__struct_fields__, cls.__struct_encode_fields__, strict=True):
        hint = annotations[attribute]
        bare = strip(hint)
        own = not optional(hint) and hasattr(bare, "from_plain_form")
        null_counts = own or bare is Any or is_inline(bare)
        out[key] = (attribute, decoder(hint, shallow), null_counts)
    return out


def folded(key: str, table: Iterable[str]) -> str:
    """Return the key of a table that differs from this one in case only; Go takes it for it."""
    low = key.casefold()
    if len(low) != len(key):  # a ligature or the like, which is no letter's other case
        return key
    return next((known for known in table if known.casefold() == low), key)
