"""Runs ``static_response``: ``respond``, ``redir`` and ``abort``."""

from caddylite.gonumbers import atoi
from caddylite.http.fields import canonical
from caddylite.http.handlers.static_response import StaticResponse
from caddylite.http.live.build import Build
from caddylite.http.live.errors import Aborted, HandlerError
from caddylite.http.live.exchange import Exchange, Proceed
from caddylite.wire.http1 import raw

_EARLY_HINTS = 103


class Live:
    """Answers with what the config says."""

    def __init__(self, ir: StaticResponse, build: Build) -> None:
        self._ir = ir

    async def serve(self, ex: Exchange, proceed: Proceed) -> None:
        """Answer; status 103 is sent ahead, and the next handler goes on."""
        ir, headers = self._ir, ex.out.headers
        if ir.abort:
            raise Aborted
        if ir.close:
            headers.set("Connection", "close")
        for name, values in ir.headers.items():
            field = canonical(ex.expand(name))
            headers.remove(field)
            for value in values:
                headers.add(field, ex.expand(value))
        body = ex.expand_known(ir.body)
        if body and not headers.get("Content-Type"):
            headers.set("Content-Type", _type_of(body))
        ex.no_sniff = True
        status = self._status(ex)
        ex.out.start(status)
        if status == _EARLY_HINTS:
            await proceed()
        elif body:
            ex.out.write(raw(body))

    def _status(self, ex: Exchange) -> int:
        if not self._ir.status_code:
            return ex.error_status or 200
        return read_status(ex.expand(self._ir.status_code))


def read_status(text: str) -> int:
    """Read a status code that may have been a placeholder; HandlerError 500 if it is none."""
    try:
        return atoi(text)
    except ValueError as error:
        raise HandlerError(500, str(error)) from None


def _type_of(body: str) -> str:
    """JSON is told from text; nothing else is guessed (templates come out as text/html later)."""
    content = body.strip()
    if len(content) > 2 and content[0] + content[-1] in ("{}", "[]"):
        from json import loads

        try:
            loads(content)
        except ValueError:
            pass
        else:
            return "application/json"
    return "text/plain; charset=utf-8"
