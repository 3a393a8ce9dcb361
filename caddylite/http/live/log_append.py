"""Runs ``log_append``: adds a field to the access log."""

from typing import Any

from caddylite.http.handlers.log_append import LogAppend
from caddylite.http.live.build import Build
from caddylite.http.live.exchange import Exchange, Proceed


class Live:
    """Adds the field before or (normally) after the handlers that follow."""

    def __init__(self, ir: LogAppend, build: Build) -> None:
        self._ir = ir

    async def serve(self, ex: Exchange, proceed: Proceed) -> None:
        """Pass on and add the field, also when there is an error."""
        if self._ir.early:
            ex.extra_log[self._ir.key] = self._value(ex)
            await proceed()
            return
        try:
            await proceed()
        finally:
            ex.extra_log[self._ir.key] = self._value(ex)

    def _value(self, ex: Exchange) -> Any:
        text = self._ir.value
        if text.startswith("{") and text.endswith("}") and text.count("{") == 1:
            return ex.placeholder(text.strip("{}"))
        return ex.request.vars.get(text, text)
