"""The ``file_server`` directive."""

from caddylite.adapt.helper import Helper
from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.modules import find_module
from caddylite.caddyfile.options import (
    Fields,
    flag,
    read_block,
    text,
    value,
    words,
)
from caddylite.gonumbers import atoi
from caddylite.http.encoding import Precompressed
from caddylite.http.file_hiding import clean, is_hidden
from caddylite.http.handlers.file_server import Browse, FileServer
from caddylite.http.weak import WeakString

#: Words after ``sort``; the first four say by what, the last two in which direction.
_SORTS = ("name", "namedirfirst", "size", "time", "asc", "desc")


def handler(h: Helper) -> FileServer:
    """Serve files.

    Syntax::

        file_server [<matcher>] [browse] {
            fs            <filesystem>
            root          <path>
            hide          <files...>
            index         <files...>
            browse        [<template_file>] {
                reveal_symlinks
                sort <name|namedirfirst|size|time|asc|desc...>
                file_limit <count>
            }
            precompressed [<formats...>]
            status        <status>
            disable_canonical_uris
            pass_thru
            etag_file_extensions <extensions...>
        }

    The Caddyfile itself, and the files it imports, are always hidden.
    """
    h.next()
    on_line = h.args()
    if on_line not in ([], ["browse"]):
        raise h.arg_err()
    fields: Fields = {"browse": Browse()} if on_line else {}
    read_block(h, _SYNTAX, "unknown subdirective '{}'", fields)
    hide = fields.get("hide", ())
    for file in map(clean, h.files()):
        if not is_hidden(file, hide):
            hide = (*hide, file if "/" in file else f"./{file}")
    fields["hide"] = hide
    return FileServer(**fields)


def _fs(d: Dispenser, out: Fields) -> None:
    name = d.arg()
    if out.get("fs"):
        raise d.err("file system already specified")
    out["fs"] = name


def _hide(d: Dispenser, out: Fields) -> None:
    out["hide"] = (*out.get("hide", ()), *d.some_args())


def _browse(d: Dispenser, out: Fields) -> None:
    if "browse" in out:
        raise d.err("browsing is already configured")
    fields: Fields = {"template_file": d.opt_arg() or ""}
    out["browse"] = Browse(**read_block(d, _BROWSE, "unknown subdirective '{}'", fields))


def _reveal_symlinks(d: Dispenser, out: Fields) -> None:
    if "reveal_symlinks" in out:
        raise d.err("Symlinks path reveal is already enabled")
    out["reveal_symlinks"] = True


def _sort(d: Dispenser, out: Fields) -> None:
    for word in d.args():
        if word not in _SORTS:
            raise d.err(f"unknown sort option '{word}'")
        out["sort"] = (*out.get("sort", ()), word)


def _file_limit(d: Dispenser, out: Fields) -> None:
    found = d.args()
    try:
        (word,) = found
        limit = atoi(word)
    except ValueError:
        raise d.err("file_limit should have an integer value") from None
    if out.get("file_limit"):
        raise d.err("file_limit is already enabled")
    out["file_limit"] = limit


def _precompressed(d: Dispenser, out: Fields) -> None:
    order = tuple(d.args()) or ("br", "zstd", "gzip")
    out["precompressed_order"] = order
    found = {name: find_module(d, Precompressed, name)() for name in order}
    out["precompressed"] = {**out.get("precompressed", {}), **found}


_BROWSE = {"reveal_symlinks": _reveal_symlinks, "sort": _sort, "file_limit": _file_limit}
_SYNTAX = {
    "fs": _fs,
    "hide": _hide,
    "index": words("index_names"),
    "root": text("root"),
    "browse": _browse,
    "precompressed": _precompressed,
    "status": value("status_code", WeakString),
    "disable_canonical_uris": flag("canonical_uris", False),
    "pass_thru": flag("pass_thru"),
    "etag_file_extensions": words("etag_file_extensions"),
}
