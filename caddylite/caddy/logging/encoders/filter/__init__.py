"""The encoder ``filter``; the filters are the files of this folder."""

from typing import Self

from caddylite.caddy.kinds import LogEncoder, LogFilter
from caddylite.caddy.logging.encoders.filter.multi_regexp import MultiRegexp, Operation
from caddylite.caddy.logging.encoders.filter.regexp import Regexp
from caddylite.caddy.logging.wrapping import read_fields
from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.modules import load_module
from caddylite.caddyfile.options import Fields
from caddylite.errors import ConfigError
from caddylite.registry import module


@module("caddy.logging.encoders.filter")
class Filter(LogEncoder, frozen=True):
    """Changes fields of every record, and lets another encoder write it.

    A field has one filter, or several of the kind ``regexp``, which are joined to a
    ``multi_regexp``; a field inside another is named ``outer>inner``.

    Syntax::

        format filter {
            wrap <encoder> ...
            fields {
                <field> <filter> ...
            }
            <field> <filter> ...
        }
    """

    wrap: LogEncoder | None = None
    fields: dict[str, LogFilter] = {}

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the block."""
        d.next()
        out = read_fields(d, _field)
        regexps: dict[str, list[Regexp]] = out.pop("regexps", {})
        joined = {field: _joined(d, field, filters) for field, filters in regexps.items()}
        return cls(wrap=out.get("wrap"), fields={**out.get("fields", {}), **joined})


def _field(d: Dispenser, out: Fields) -> None:
    name = d.val
    d.arg()
    found = load_module(d, LogFilter)
    fields: dict[str, LogFilter] = out.setdefault("fields", {})
    regexps: dict[str, list[Regexp]] = out.setdefault("regexps", {})
    if isinstance(found, Regexp):
        regexps.setdefault(name, []).append(found)
        return
    if name in regexps:
        raise d.err(f"cannot mix regexp filters with other filter types for field {name}")
    if name in fields:
        raise d.err(
            f"field {name} already has a filter; multiple non-regexp filters per field are not "
            "supported"
        )
    fields[name] = found


def _joined(d: Dispenser, field: str, filters: list[Regexp]) -> LogFilter:
    if len(filters) == 1:
        return filters[0]
    operations: list[Operation] = []
    for each in filters:
        try:
            operations.append(Operation.checked(each.regexp, each.value, len(operations)))
        except ValueError as e:
            complaint = f"adding regexp operation for field {field}: {e}"
            raise ConfigError(complaint, d.at).as_is() from None  # Caddy does not say where
    return MultiRegexp(tuple(operations))
