"""The ``headers`` handler: ``header``, ``request_header``."""

from caddylite.http.handling import Handler
from caddylite.http.response_matcher import ResponseMatcher
from caddylite.node import Node
from caddylite.registry import module


class Replacement(Node, frozen=True):
    """What is replaced inside a field's value: a text, or what a regular expression finds."""

    search: str = ""
    search_regexp: str = ""
    replace: str = ""


class HeaderOps(Node, frozen=True):
    """Changes of header fields; done in the order ``delete *``, add, set, delete, replace."""

    add: dict[str, tuple[str, ...]] = {}
    set: dict[str, tuple[str, ...]] = {}
    delete: tuple[str, ...] = ()
    replace: dict[str, tuple[Replacement, ...]] = {}


class ResponseHeaderOps(Node, frozen=True):
    """Changes of a response's fields, at once or (deferred) when they are written out.

    With ``require`` they are deferred, and done only to responses that match.
    """

    add: dict[str, tuple[str, ...]] = {}
    set: dict[str, tuple[str, ...]] = {}
    delete: tuple[str, ...] = ()
    replace: dict[str, tuple[Replacement, ...]] = {}
    require: ResponseMatcher | None = None
    deferred: bool = False


@module("http.handlers.headers")
class Headers(Handler, frozen=True):
    """Changes the fields of the request, of the response, or both."""

    request: HeaderOps | None = None
    response: ResponseHeaderOps | None = None
