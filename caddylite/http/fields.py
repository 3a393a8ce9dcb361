"""Header fields: their canonical names, and how values are compared with patterns."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from caddylite.http.request import Headers, Request


_TOKEN = frozenset("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")

#: What header matchers hold: by field, the values wanted; () is "exists", None is "does not".
Wanted = Mapping[str, Sequence[str] | None]


@cache
def canonical(name: str) -> str:
    """Return a field name as Go writes it (``x-real-ip`` is ``X-Real-Ip``).

    A name with a character no field name may have is left alone.
    """
    if not _TOKEN.issuperset(name):
        return name
    return "-".join(part[:1].upper() + part[1:].lower() for part in name.split("-"))


def values_of(request: "Request", field: str) -> list[str]:
    """Return a field's values; the Host field is the request's host."""
    if request.host and field.lower() == "host":
        return [request.host]
    return request.headers.all(field)


def value_matches(actual: str, pattern: str) -> bool:
    """Compare a value with a pattern: ``*`` at its beginning, end or both is any text."""
    if pattern == "*":
        return True
    if pattern.startswith("*"):
        if pattern.endswith("*"):
            return pattern[1:-1] in actual
        return actual.endswith(pattern[1:])
    if pattern.endswith("*"):
        return actual.startswith(pattern[:-1])
    return actual == pattern


def headers_match(headers: "Headers", wanted: Wanted) -> bool:
    """Do a response's header fields match? Patterns are taken literally (no placeholders)."""
    return all(field_matches(headers.all(field), patterns) for field, patterns in wanted.items())


def field_matches(actual: Sequence[str], patterns: Sequence[str] | None) -> bool:
    """Does a field match: is it absent (None), is it there (no patterns), or like one of them?"""
    if patterns is None:
        return not actual
    if not patterns:
        return bool(actual)
    return any(value_matches(a, p) for a in actual for p in patterns)
