"""What our classes and annotations are called in Go.

Only complaints about JSON of a wrong type say these names (``json: cannot unmarshal number into Go
struct field Handler.upstreams of type l4proxy.UpstreamPool``), so nothing imports this file before
there is one.
"""

from typing import Any, Final, get_args, get_origin

from caddylite.go_names import EMBEDDED, FIELDS, LISTS, PLACES, POINTERS, TYPES
from caddylite.hints import go_name, strip
from caddylite.node import Node
from caddylite.values import Duration

_SCALARS: Final = {str: "string", int: "int", float: "float64", bool: "bool", Any: "interface {}"}


def struct_name(cls: type[Node]) -> str:
    """Return the name of a class's struct; it has none if it is written where it is used."""
    name = _class_type(cls)
    return "" if name.startswith("struct {") else name.rpartition(".")[2]


def field_path(fields: list[tuple[type[Node], str]]) -> str:
    """Return how Go writes the way to a field, through fields of these classes."""
    steps: list[str] = []
    for cls, key in fields:
        embedded, own = EMBEDDED.get(_path(cls), ("", ()))
        steps += [embedded, key] if embedded and key not in own else [key]
    return ".".join(steps)


def field_type(cls: type[Node], key: str, hint: Any) -> str:
    """Return the Go type of the field with this key and annotation."""
    return FIELDS.get(f"{_path(cls)}.{key}") or go_type(hint)


def go_type(hint: Any) -> str:
    """Return the Go type of what has this annotation; pointers are left out."""
    named = go_name(hint)
    if named:
        return named
    hint = strip(hint)
    origin, args = get_origin(hint), get_args(hint)
    if origin is tuple:
        return _list_type(args[0])
    if origin is dict:
        return _map_type(args[1])
    if hint in _SCALARS:
        return _SCALARS[hint]
    if hint is Duration:
        return "time.Duration"
    return "json.RawMessage" if "namespace" in hint.__dict__ else _class_type(hint)


def _list_type(item: Any) -> str:
    inner = go_type(item)
    if inner == "caddy.ModuleMap":
        kind = get_args(strip(item))[1]
        return "caddyhttp.RawMatcherSets" if kind.namespace == "http.matchers" else f"[]{inner}"
    return LISTS.get(inner) or (f"[]*{inner}" if inner in POINTERS else f"[]{inner}")


def _map_type(item: Any) -> str:
    bare = strip(item)
    is_class = isinstance(bare, type) and issubclass(bare, Node)
    if is_class and "namespace" in bare.__dict__:
        return "caddy.ModuleMap"
    return f"map[string]*{go_type(item)}" if is_class else f"map[string]{go_type(item)}"


def _path(cls: type) -> str:
    return f"{cls.__module__.removeprefix('caddylite.')}.{cls.__qualname__}"


def _class_type(cls: type) -> str:
    path = _path(cls)
    if path in TYPES:
        return TYPES[path]
    folder = path
    while folder and folder not in PLACES:
        folder = folder.rpartition(".")[0]
    file = path.split(".")[-2].replace("_", "")
    return PLACES.get(folder, "{}").format(cls.__name__, file=file)
