"""Where modules are found: a module's ID is its import path.

``layer4.matchers.ssh`` is the class marked ``@module("layer4.matchers.ssh")`` in
``caddylite/layer4/matchers/ssh.py``. There is no list to keep: adding the file adds the module.
A name Python keeps for itself has an underscore after it (``not`` lives in ``not_.py``); a dash
becomes an underscore. Apps have no namespace: ``http`` is marked in ``caddylite/http/config.py``.

Other distributions add modules through the entry-point group ``caddylite.modules``: the entry
point's name is the module ID, its value the import path of the Python module that defines it.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib import import_module
from keyword import iskeyword
from os import listdir
from os.path import isfile, join
from typing import TypeVar

from caddylite.errors import Span, UnknownName

T = TypeVar("T", bound=type)
_classes: dict[str, type] = {}


def module(module_id: str) -> Callable[[T], T]:
    """Give a class its ID (``cls.id``) and its name (``cls.name``), and make it findable."""

    def register(cls: T) -> T:
        if module_id in _classes:
            raise RuntimeError(f"module already registered: {module_id}")
        cls.id = module_id  # type: ignore[attr-defined]
        cls.name = module_id.rpartition(".")[2]  # type: ignore[attr-defined]
        _classes[module_id] = cls
        return cls

    return register


#: What is in there counts only when it was asked for, even if something has imported it.
_OPT_IN = "caddylite.opt_in."

#: Plugins that were asked for by name, beside those that are installed.
_added: dict[str, str] = {}


@cache
def _plugins() -> dict[str, str]:
    from importlib.metadata import entry_points

    return {e.name: e.value for e in entry_points(group="caddylite.modules")} | _added


def add_plugins(paths: Mapping[str, str]) -> None:
    """Make modules known as an installed plugin would: import paths by module ID."""
    _added.update(paths)
    for known in (_plugins, plugins, names):
        known.cache_clear()


@cache
def plugins(prefix: str) -> dict[str, str]:
    """Return the import paths of the plugins whose IDs have this prefix, by the rest of the ID."""
    return {i.removeprefix(prefix): path for i, path in _plugins().items() if i.startswith(prefix)}


def file_names(folders: Iterable[str]) -> frozenset[str]:
    """Return the names of the modules whose files are in these folders (``not``: ``not_.py``)."""
    files = [name.removesuffix(".py") for folder in folders for name in listdir(folder)]
    return frozenset(
        name.removesuffix("_") for name in files if "." not in name and not name.startswith("_")
    )


@cache
def names(namespace: str) -> tuple[str, ...]:
    """Return the names in a namespace, by reading the folder: nothing in it is imported.

    Those of no namespace are the apps.
    """
    if not namespace:
        (top,) = import_module("caddylite").__path__
        apps = [name for name in listdir(top) if isfile(join(top, name, "config.py"))]
        return (*sorted(apps), "caddy.filesystems")
    package = f"caddylite.{namespace}"
    try:
        folder = import_module(package).__path__
    except (ModuleNotFoundError, AttributeError):
        folder = []
    built_in = file_names(folder)
    prefix = f"{namespace}."
    added = {i.removeprefix(prefix) for i in _plugins() if i.startswith(prefix)}
    return tuple(sorted(built_in | added))


def _import_path(namespace: str, name: str) -> str:
    if not namespace:
        return f"caddylite.{name}.config"
    stem = name.replace("-", "_")
    return f"caddylite.{namespace}.{stem}{'_' if iskeyword(stem) else ''}"


def lookup(module_id: str) -> type | None:
    """Return the class with this ID, importing its file if need be; None if there is none."""
    cls = _classes.get(module_id)
    if cls is not None and (module_id in _added or not cls.__module__.startswith(_OPT_IN)):
        return cls
    namespace, _, name = module_id.rpartition(".")
    if not name.replace("-", "_").isidentifier() and not iskeyword(name):
        return None
    if not _import_if_there(_import_path(namespace, name)):
        path = _plugins().get(module_id)
        if path is None:
            return None
        import_module(path)
    return _classes.get(module_id)


def _import_if_there(path: str) -> bool:
    try:
        import_module(path)
    except ModuleNotFoundError as e:
        if e.name is not None and (path == e.name or path.startswith(f"{e.name}.")):
            return False
        raise
    return True


def find(namespace: str, name: str, at: Span | None = None) -> type:
    """Return the class with the ID ``namespace.name``; UnknownName, in Caddy's words, if none."""
    module_id = f"{namespace}.{name}" if namespace else name
    cls = lookup(module_id)
    if cls is None:
        from caddylite.module_hints import about_module

        error = UnknownName(f"unknown module: {module_id}", name, names(namespace), at)
        error.hint = about_module(module_id)
        raise error
    return cls
