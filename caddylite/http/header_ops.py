"""Applies the ``headers`` IR to header fields (pure).

The order is Caddy's: ``delete *``, add, set, delete, replace.
"""

from collections.abc import Callable
from typing import Protocol

from caddylite import regexps
from caddylite.errors import ConfigError
from caddylite.http.fields import canonical
from caddylite.http.handlers.headers import Replacement
from caddylite.http.request import Headers, Request

#: Replaces the placeholders that are known.
Expand = Callable[[str], str]


class Ops(Protocol):
    """The operations of a request's or a response's IR."""

    @property
    def add(self) -> dict[str, tuple[str, ...]]:
        """Fields to add."""
        ...

    @property
    def set(self) -> dict[str, tuple[str, ...]]:
        """Fields to put in the place of those there are."""
        ...

    @property
    def delete(self) -> tuple[str, ...]:
        """Names of fields to take away, with ``*`` at either end."""
        ...

    @property
    def replace(self) -> dict[str, tuple[Replacement, ...]]:
        """What to replace in fields' values."""
        ...


class HeaderEditor:
    """One set of operations; ConfigError if an expression in it is malformed."""

    def __init__(self, ops: Ops) -> None:
        self._ops = ops
        self._expressions: dict[str, regexps.Regexp] = {}
        for field, replacements in ops.replace.items():
            for number, rule in enumerate(replacements):
                self._check(field, number, rule)

    def _check(self, field: str, number: int, rule: Replacement) -> None:
        if rule.search and rule.search_regexp:
            raise ConfigError(
                "cannot specify both a substring search and a regular expression search for "
                f"field '{field}'"
            )
        pattern = rule.search_regexp
        opening = pattern.find("{")
        if not pattern or (opening >= 0 and pattern.find("}", opening) > opening + 1):
            return  # it holds a placeholder: it is compiled when the request is there
        try:
            self._expressions[pattern] = regexps.compile(pattern)
        except ValueError as error:
            raise ConfigError(
                f"replacement {number} for header field '{field}': {error}"
            ) from None

    def apply(self, headers: Headers, expand: Expand) -> None:
        """Change the fields."""
        ops = self._ops
        if any(expand(name) == "*" for name in ops.delete):
            for name, _ in list(headers):
                headers.remove(name)
        for name, values in ops.add.items():
            field = canonical(expand(name))
            for value in values:
                headers.add(field, expand(value))
        for name, values in ops.set.items():
            headers.set(canonical(expand(name)), ",".join(expand(v) for v in values))
        for name in ops.delete:
            _delete(headers, expand(name).lower())
        for name, rules in ops.replace.items():
            field = canonical(expand(name))
            for rule in rules:
                self._replace(headers, field, rule, expand)

    def apply_to_request(self, request: Request, expand: Expand) -> None:
        """Change a request's fields; ``Host`` is its host."""
        headers = request.headers
        own = headers.all("Host")
        headers.add("Host", request.host)
        self.apply(headers, expand)
        hosts = headers.all("Host")
        request.host = hosts[-1] if hosts else ""
        headers.remove("Host")
        for value in own:
            headers.add("Host", value)

    def _replace(self, headers: Headers, field: str, rule: Replacement, expand: Expand) -> None:
        change = self._change(rule, expand)
        if change is None:
            return
        changed = [(n, change(v) if field in ("*", canonical(n)) else v) for n, v in headers]
        for name, _ in list(headers):
            headers.remove(name)
        for name, value in changed:
            headers.add(name, value)

    def _change(self, rule: Replacement, expand: Expand) -> Callable[[str], str] | None:
        new = expand(rule.replace)
        if not rule.search_regexp:
            search = expand(rule.search)
            return lambda value: value.replace(search, new)
        expression = self._expressions.get(rule.search_regexp)
        if expression is None:
            try:
                expression = regexps.compile(expand(rule.search_regexp))
            except ValueError:
                return None  # what the placeholder brought is no expression
        found = expression
        return lambda value: found.replace(value, new)


def _delete(headers: Headers, pattern: str) -> None:
    """Take away the fields a pattern in lower case names; ``*`` has been seen to before."""
    if pattern == "*":
        return
    if "*" not in (pattern[:1], pattern[-1:]):
        headers.remove(pattern)
        return
    middle = pattern.removeprefix("*")
    for name in {n for n, _ in headers}:
        lower = name.lower()
        if not pattern.startswith("*"):
            found = lower.startswith(pattern[:-1])
        elif pattern.endswith("*"):
            found = middle[:-1] in lower
        else:
            found = lower.endswith(middle)
        if found:
            headers.remove(name)
