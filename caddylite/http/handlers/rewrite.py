"""The ``rewrite`` handler: ``rewrite``, ``uri``, ``method``, ``handle_path``."""

from caddylite.http.handling import Handler
from caddylite.node import Node
from caddylite.registry import module


class Substring(Node, frozen=True):
    """A text that is replaced in path and query, at most ``limit`` times (0 is no limit)."""

    find: str = ""
    replace: str = ""
    limit: int = 0


class PathRegexp(Node, frozen=True):
    """A regular expression whose finds are replaced in the path."""

    find: str = ""
    replace: str = ""


class QueryPair(Node, frozen=True):
    """A name of the query and its value (or its new name)."""

    key: str = ""
    val: str = ""


class QueryReplacement(Node, frozen=True):
    """What is replaced in the values of a name (all names if ``*``)."""

    key: str = ""
    search: str = ""
    search_regexp: str = ""
    replace: str = ""


class QueryOps(Node, frozen=True):
    """Changes of the query, in the order of these fields."""

    rename: tuple[QueryPair, ...] = ()
    set: tuple[QueryPair, ...] = ()
    add: tuple[QueryPair, ...] = ()
    replace: tuple[QueryReplacement, ...] = ()
    delete: tuple[str, ...] = ()


@module("http.handlers.rewrite")
class Rewrite(Handler, frozen=True):
    """Changes the request's method and URI for the handlers that follow.

    Of the URI, only the parts that ``uri`` names are set: ``?a=b`` keeps the path, ``/x`` the
    query.
    """

    method: str = ""
    uri: str = ""
    strip_path_prefix: str = ""
    strip_path_suffix: str = ""
    uri_substring: tuple[Substring, ...] = ()
    path_regexp: tuple[PathRegexp, ...] = ()
    query: QueryOps | None = None
