"""The filters of the encoder ``filter``, made ready: each changes one field of a record.

A filter is given the field's key and value and returns what takes their place (None: nothing).
What is not text, nor a list of texts, most filters leave alone, as Caddy does.
"""

from collections.abc import Callable
from typing import Any, Final

from caddylite.caddy.kinds import LogFilter
from caddylite.errors import ConfigError
from caddylite.runtime.logging.filter_text import (
    cookie_changer,
    hashed,
    mask_changer,
    query_changer,
    set_cookie_changer,
)

Change = Callable[[str, Any], tuple[str, Any] | None]

#: Where a text is cut before several expressions look at it, and after each of them.
_LONGEST: Final = 1_000_000


def make_filter(ir: LogFilter) -> Change:
    """Return the filter of the config; ConfigError if it cannot be made."""
    make = _MAKERS.get(ir.name)
    if make is None:
        raise ConfigError(f"loading log filter modules: unknown filter: {ir.name}")
    try:
        return make(ir)
    except ValueError as e:
        raise ConfigError(f"loading log filter modules: provision {ir.id}: {e}") from None


def _texts(change: Callable[[str], str]) -> Change:
    """Apply a change of text to a text, or to each of a list."""

    def apply(key: str, value: Any) -> tuple[str, Any]:
        if isinstance(value, str):
            return key, change(value)
        if isinstance(value, list | tuple) and all(isinstance(v, str) for v in value):
            return key, [change(v) for v in value]
        return key, value

    return apply


def _lists(change: Callable[[list[str]], list[str]]) -> Change:
    """Apply a change to a list of texts only."""

    def apply(key: str, value: Any) -> tuple[str, Any]:
        if isinstance(value, list | tuple) and all(isinstance(v, str) for v in value):
            return key, change(list(value))
        return key, value

    return apply


def _regexp(ir: Any) -> Change:
    from caddylite.regexps import Regexp

    expression, value = Regexp(ir.regexp), ir.value
    return _texts(lambda text: expression.replace(text, value))


def _multi_regexp(ir: Any) -> Change:
    from caddylite.regexps import Regexp

    if not ir.operations:
        raise ValueError("no regexp operations defined")
    operations = []
    for i, operation in enumerate(ir.operations):
        try:
            operations.append((Regexp(operation.regexp), operation.value))
        except ValueError as e:
            raise ValueError(f"compiling regexp at index {i}: {e}") from None

    def change(text: str) -> str:
        text = text[:_LONGEST]
        for expression, value in operations:
            text = expression.replace(text, value)[:_LONGEST]
        return text

    return _texts(change)


def _replace(ir: Any) -> Change:
    return lambda key, value: (key, ir.value)


def _rename(ir: Any) -> Change:
    new: str = ir.to
    return lambda key, value: (new, value)


_MAKERS: Final[dict[str, Callable[[Any], Change]]] = {
    "delete": lambda ir: lambda key, value: None,
    "hash": lambda ir: _texts(hashed),
    "replace": _replace,
    "rename": _rename,
    "regexp": _regexp,
    "multi_regexp": _multi_regexp,
    "ip_mask": lambda ir: _texts(mask_changer(ir.ipv4_cidr, ir.ipv6_cidr)),
    "query": lambda ir: _texts(query_changer(ir.actions or ())),
    "cookie": lambda ir: _lists(cookie_changer(ir.actions or ())),
    "set_cookie": lambda ir: _lists(set_cookie_changer(ir.actions or ())),
}
