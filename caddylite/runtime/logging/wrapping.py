"""The encoders of a config made ready, with those that stand around another one."""

from collections.abc import Callable
from typing import Any, Final

from caddylite.caddy.kinds import LogEncoder
from caddylite.errors import ConfigError
from caddylite.placeholders import Lookup
from caddylite.runtime.logging.encoding import Encode, Span, console_encoder, json_encoder
from caddylite.runtime.logging.filters import Change, make_filter

_PRIORITIES: Final = {10: 7, 20: 6, 30: 4, 40: 3, 50: 2}


def make_encoder(ir: LogEncoder | None, terminal: bool, lookup: Lookup) -> Encode:
    """Return the encoder of a log; without one, lines for people on a terminal, else JSON.

    ``lookup`` knows the placeholders of ``append``.
    """
    if ir is None:
        return console_encoder() if terminal else json_encoder()
    make = _MAKERS.get(ir.name)
    if make is None:
        raise ConfigError(f"loading log encoder module: unknown module: {ir.id}")
    try:
        return make(ir, terminal, lookup)
    except ConfigError as e:
        raise e.wrap(
            f"loading log encoder module: loading module '{ir.name}': provision {ir.id}: "
        ) from None


def _filter(ir: Any, terminal: bool, lookup: Lookup) -> Encode:
    encode = make_encoder(ir.wrap, terminal, lookup)
    changes = {path: make_filter(one) for path, one in ir.fields.items()}

    def filtered(level: int, now: float, name: str, message: str, fields: dict[str, Any]) -> str:
        span = fields.get("duration")
        if type(span) is float:
            fields = {**fields, "duration": Span(span)}  # it may get another name
        return encode(level, now, name, message, _apply(changes, fields, ""))

    return filtered


def _apply(changes: dict[str, Change], fields: dict[str, Any], prefix: str) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key, value in fields.items():
        change = changes.get(prefix + key)
        if change is not None:
            new = change(key, value)
            if new is not None:
                out[new[0]] = new[1]
        elif isinstance(value, dict):
            out[key] = _apply(changes, value, f"{prefix}{key}>")
        else:
            out[key] = value
    return out


def _append(ir: Any, terminal: bool, lookup: Lookup) -> Encode:
    encode = make_encoder(ir.wrap, terminal, lookup)
    values = {key: _value(value, lookup) for key, value in ir.fields.items()}

    def appended(level: int, now: float, name: str, message: str, fields: dict[str, Any]) -> str:
        more = {key: value() for key, value in values.items()}
        return encode(level, now, name, message, {**fields, **more})

    return appended


def _value(value: Any, lookup: Lookup) -> Callable[[], Any]:
    """Only a text that is one placeholder is looked up, each time anew."""
    if isinstance(value, str) and value[:1] == "{" and value[-1:] == "}" and value.count("{") == 1:
        return lambda: lookup(value.strip("{}")) or None  # what is unknown is null
    return lambda: value


def _journald(ir: Any, terminal: bool, lookup: Lookup) -> Encode:
    encode = make_encoder(ir.wrap, terminal, lookup)

    def prefixed(level: int, now: float, name: str, message: str, fields: dict[str, Any]) -> str:
        return f"<{_PRIORITIES[level]}>{encode(level, now, name, message, fields)}"

    return prefixed


_MAKERS: Final[dict[str, Callable[[Any, bool, Lookup], Encode]]] = {
    "json": lambda ir, terminal, lookup: json_encoder(ir),
    "console": lambda ir, terminal, lookup: console_encoder(ir),
    "filter": _filter,
    "append": _append,
    "journald": _journald,
}
