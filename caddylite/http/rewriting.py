"""Changes a request's method and URI, as the ``rewrite`` IR says (pure).

The rules are those of https://caddyserver.com/docs/json/apps/http/servers/routes/handle/rewrite.
``reverse_proxy`` uses this too, on its own copy of the request.
"""

from collections.abc import Callable
from typing import Any, Final

from caddylite import placeholders, regexps
from caddylite.errors import ConfigError
from caddylite.http.handlers.rewrite import QueryOps, Rewrite, Substring
from caddylite.http.paths import clean
from caddylite.http.replacer import escape_query, expand, lookup, query_values
from caddylite.http.request import Request
from caddylite.http.urls import (
    encode_query,
    escape_segment,
    set_path,
    set_raw_path,
    unescape_path,
)
from caddylite.placeholders import UNKNOWN, to_string

_PATH: Final = "{http.request.uri.path}"
_FOUND_FILE: Final = "{http.matchers.file.relative}"


class Rewriter:
    """Applies one ``rewrite``; its expressions are compiled here (ConfigError if one is bad)."""

    def __init__(self, ir: Rewrite) -> None:
        self._ir = ir
        self._uri = split_uri(ir.uri)
        self._path_regexps = [
            (_compiled(r.find, f"compiling regular expression {n}: "), r.replace)
            for n, r in enumerate(ir.path_regexp)
        ]
        self._query = _QueryEditor(ir.query) if ir.query is not None else None

    def apply(self, request: Request) -> bool:
        """Change the request; return whether anything has changed."""
        ir = self._ir
        before = request.method, request.raw_path, request.query
        if ir.method:
            request.method = expand(request, ir.method).upper()
        if ir.uri:
            self._set_uri(request)
        if ir.strip_path_prefix:
            _strip_prefix(request, expand(request, ir.strip_path_prefix))
        if ir.strip_path_suffix:
            _strip_suffix(request, expand(request, ir.strip_path_suffix))
        for substring in ir.uri_substring:
            _replace_substring(request, substring)
        for expression, template in self._path_regexps:
            replacement = expand(request, template)
            _change_path(request, lambda p: expression.replace(p, replacement))  # noqa: B023
        if self._query is not None:
            self._query.edit(request)
        return before != (request.method, request.raw_path, request.query)

    def _set_uri(self, request: Request) -> None:
        """Set the parts that the config names; all of them read the URI as it was."""
        path, query = self._uri
        new_path = expand(request, _path_values_escaped(request, path)) if path else ""
        new_query: str | None = None
        new_path, injected, from_path = new_path.partition("?")
        if injected and not query:
            # It came out of a placeholder: nothing in it is a placeholder of the config's.
            from_path = from_path.replace("{", "%7B").replace("}", "%7D")
            if query is None:
                from_path = ""  # Caddy drops it unless the config has a question mark
            query = from_path or query
        if query:
            new_query = _expand_query(request, query)
        elif query is not None:
            new_query = ""
        if path:
            plain = unescape_path(new_path)
            set_path(request, new_path if plain is None else plain)
        if new_query is not None:
            request.query = new_query


def split_uri(uri: str) -> tuple[str, str | None]:
    """Split a config's URI into its path and its query (None: it has no question mark)."""
    bare = uri.partition("#")[0]
    path, mark, query = bare.partition("?")
    return path, query if mark else None


def _path_values_escaped(request: Request, path: str) -> str:
    """Put in the placeholders that are paths, escaped: they may hold ``?`` and ``%``."""
    if _PATH in path:
        path = path.replace(_PATH, request.raw_path)
    if _FOUND_FILE in path:
        found = request.placeholders.get("http.matchers.file.relative")
        if isinstance(found, str):
            path = path.replace(_FOUND_FILE, escape_segment(found).replace("%2F", "/"))
    return path


def _expand_query(request: Request, query: str) -> str:
    """Expand a query piece by piece: what comes in is escaped, except a whole query as a key."""
    ask = lookup(request)
    out: list[str] = []
    is_key = True
    rest = query
    while rest:
        end = min((i for i in (rest.find("="), rest.find("&")) if i >= 0), default=len(rest))
        ends_pair = rest[end : end + 1] == "&"

        def escaped(name: str, as_key: bool = is_key) -> Any:
            value = ask(name)
            if value is UNKNOWN or (as_key and name == "http.request.uri.query"):
                return value
            return escape_query(to_string(value))

        piece = placeholders.compile(rest[:end]).expand(escaped)
        if is_key:
            out.append("&" if out and piece else "")
        else:
            out.append("=")
        out.append(piece)
        is_key = ends_pair
        rest = rest[end + 1 :]
    return "".join(out)


def _change_path(request: Request, change: Callable[[str], str]) -> None:
    if not set_raw_path(request, change(request.raw_path)):
        set_path(request, change(request.path))


def _strip_prefix(request: Request, prefix: str) -> None:
    if not prefix.startswith("/"):
        prefix = "/" + prefix
    merge = "//" not in prefix
    _change_path(request, lambda p: strip_escaped_prefix(clean(p, merge), prefix))


def _strip_suffix(request: Request, suffix: str) -> None:
    merge = "//" not in suffix
    _change_path(
        request, lambda p: strip_escaped_prefix(clean(p, merge)[::-1], suffix[::-1])[::-1]
    )


def strip_escaped_prefix(path: str, prefix: str) -> str:
    """Take a prefix off an escaped path, in any case; ``%`` in the prefix is compared as it is."""
    at = 0
    for wanted in prefix:
        if at >= len(path):
            return path
        char, size = path[at], 1
        if char == "%" and wanted != "%" and len(path) >= at + 3:
            plain = unescape_path(path[at : at + 3])
            if plain is None:
                return path
            char, size = plain, 3
        if char.casefold() != wanted.casefold():
            return path
        at += size
    return path[at:]


def _replace_substring(request: Request, rule: Substring) -> None:
    if not rule.find:
        return
    find, new = expand(request, rule.find), expand(request, rule.replace)
    limit = rule.limit or -1
    merge = "//" not in rule.find
    _change_path(request, lambda p: clean(p, merge).replace(find, new, limit))
    request.query = request.query.replace(find, new, limit)


class _QueryEditor:
    """Renames, sets, adds, replaces and deletes names of the query, in this order."""

    def __init__(self, ops: QueryOps) -> None:
        self._ops = ops
        self._expressions = [
            _compiled(
                r.search_regexp,
                f"compiling regular expression {r.search_regexp} in query rewrite replace "
                f"operation: replacement for query field '{r.key}': ",
            )
            if r.search_regexp
            else None
            for r in ops.replace
        ]

    def edit(self, request: Request) -> None:
        """Edit the query; it comes out sorted and escaped anew."""
        values = query_values(request.query)
        ops = self._ops
        for rename in ops.rename:
            key, new = expand(request, rename.key), expand(request, rename.val)
            if key and new and key != new and key in values:
                values[new] = values.pop(key)
        for pair in ops.set:
            if key := expand(request, pair.key):
                values[key] = [expand(request, pair.val)]
        for pair in ops.add:
            if key := expand(request, pair.key):
                values.setdefault(key, []).append(expand(request, pair.val))
        self._replace(request, values)
        for name in ops.delete:
            values.pop(expand(request, name), None)
        request.query = encode_query(values)

    def _replace(self, request: Request, values: dict[str, list[str]]) -> None:
        ask = lookup(request)
        for rule, expression in zip(self._ops.replace, self._expressions, strict=True):
            key = expand(request, rule.key)
            search = placeholders.compile(rule.search).expand_known(ask)
            new = placeholders.compile(rule.replace).expand_known(ask)
            for name in tuple(values) if key == "*" else (key,):
                if name in values:
                    values[name] = [
                        v.replace(search, new)
                        if expression is None
                        else expression.replace(v, new)
                        for v in values[name]
                    ]


def _compiled(pattern: str, where: str) -> regexps.Regexp:
    try:
        return regexps.compile(pattern)
    except ValueError as error:
        raise ConfigError(where + str(error)) from None
