"""The ``uri`` directive."""

from collections.abc import Callable
from typing import Final

from caddylite.adapt.helper import Helper
from caddylite.gonumbers import atoi
from caddylite.http.handlers.rewrite import (
    PathRegexp,
    QueryOps,
    QueryPair,
    QueryReplacement,
    Rewrite,
    Substring,
)


def handler(h: Helper) -> Rewrite:
    """Change the request's URI in places.

    Syntax::

        uri [<matcher>] strip_prefix|strip_suffix <text>
        uri [<matcher>] replace <find> <replacement> [<limit>]
        uri [<matcher>] path_regexp <find> <replacement>
        uri [<matcher>] query [-|+]<name> [<value>]
        uri [<matcher>] query {
            <name> <value>
            +<name> <value>
            -<name>
            <name>><new name>
            <name> <find> <replacement>
        }
    """
    h.next()
    args = h.some_args()
    change = _CHANGES.get(args[0])
    if change is None:
        raise h.err(f"unrecognized URI manipulation '{args[0]}'")
    return change(h, args[1:])


def _strip_prefix(h: Helper, args: list[str]) -> Rewrite:
    _count(h, args, 1)
    return Rewrite(strip_path_prefix=args[0])


def _strip_suffix(h: Helper, args: list[str]) -> Rewrite:
    _count(h, args, 1)
    return Rewrite(strip_path_suffix=args[0])


def _replace(h: Helper, args: list[str]) -> Rewrite:
    _count(h, args, 2, 3)
    limit = 0
    if len(args) == 3 and args[2]:
        try:
            limit = atoi(args[2])
        except ValueError as e:
            raise h.err(f"limit must be an integer; invalid: {e}") from None
    return Rewrite(uri_substring=(Substring(args[0], args[1], limit),))


def _path_regexp(h: Helper, args: list[str]) -> Rewrite:
    _count(h, args, 2)
    return Rewrite(path_regexp=(PathRegexp(args[0], args[1]),))


def _query(h: Helper, args: list[str]) -> Rewrite:
    if len(args) > 3:
        raise h.arg_err()
    edits = _QueryEdits()
    if args:
        edits.edit(h, args)
    for name in h.block():
        if args:
            raise h.err("Cannot specify uri query rewrites in both argument and block")
        edits.edit(h, [name, *h.args()])
    return Rewrite(query=edits.ops())


_CHANGES: Final[dict[str, Callable[[Helper, list[str]], Rewrite]]] = {
    "strip_prefix": _strip_prefix,
    "strip_suffix": _strip_suffix,
    "replace": _replace,
    "path_regexp": _path_regexp,
    "query": _query,
}


def _count(h: Helper, args: list[str], *wanted: int) -> None:
    if len(args) not in wanted:
        raise h.arg_err()


class _QueryEdits:
    """Collects the lines of ``uri query``."""

    def __init__(self) -> None:
        self.pairs: dict[str, list[QueryPair]] = {"rename": [], "set": [], "add": []}
        self.replace: list[QueryReplacement] = []
        self.delete: list[str] = []

    def edit(self, h: Helper, args: list[str]) -> None:
        """Note one line: its first word tells what it does."""
        name = args[0]
        if name.startswith("-"):
            _count(h, args, 1)
            self.delete.append(name.lstrip("-"))
        elif name.startswith("+"):
            _count(h, args, 2)
            self.pairs["add"].append(QueryPair(name.lstrip("+"), args[1]))
        elif ">" in name:
            _count(h, args, 1)
            old, new = name.split(">")[:2]
            self.pairs["rename"].append(QueryPair(old, new))
        elif len(args) == 3:
            self.replace.append(QueryReplacement(name, search_regexp=args[1], replace=args[2]))
        else:
            _count(h, args, 2)
            self.pairs["set"].append(QueryPair(name, args[1]))

    def ops(self) -> QueryOps:
        """Return the IR."""
        lists = {kind: tuple(pairs) for kind, pairs in self.pairs.items()}
        return QueryOps(**lists, replace=tuple(self.replace), delete=tuple(self.delete))
