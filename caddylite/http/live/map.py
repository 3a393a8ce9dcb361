"""Runs ``map``: placeholders whose values are looked up by another's."""

from typing import Any

from caddylite import regexps
from caddylite.errors import ConfigError
from caddylite.http.handlers.map import Map, Mapping
from caddylite.http.live.build import Build
from caddylite.http.live.exchange import Exchange, Proceed
from caddylite.placeholders import UNKNOWN, to_string


class Live:
    """Adds the placeholders; they are worked out when they are asked for."""

    def __init__(self, ir: Map, build: Build) -> None:
        self._ir = ir
        self._expressions = [_compiled(m, n) for n, m in enumerate(ir.mappings)]

    async def serve(self, ex: Exchange, proceed: Proceed) -> None:
        """Add them and pass on."""
        before = ex.request.resolve

        def resolve(name: str) -> Any:
            if name in self._ir.destinations:
                return self._value(ex, self._ir.destinations.index(name))
            return UNKNOWN if before is None else before(name)

        ex.request.resolve = resolve
        await proceed()

    def _value(self, ex: Exchange, position: int) -> Any:
        source = ex.expand(self._ir.source)
        for mapping, expression in zip(self._ir.mappings, self._expressions, strict=True):
            output = mapping.outputs[position]
            if output is None:
                continue
            if expression is not None:
                found = expression.first(source, to_string(output))
                if found is not None:
                    return found
            elif source == mapping.input:
                return ex.expand(to_string(output))
        if position < len(self._ir.defaults):
            return ex.expand(self._ir.defaults[position])
        return None


def _compiled(mapping: Mapping, number: int) -> regexps.Regexp | None:
    if not mapping.input_regexp:
        return None
    try:
        return regexps.compile(mapping.input_regexp)
    except ValueError as error:
        raise ConfigError(
            f"compiling regexp for mapping {number}, input '{mapping.input_regexp}': {error}"
        ) from None
