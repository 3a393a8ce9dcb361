"""What a connection asks of the server it belongs to."""

from collections.abc import Coroutine
from dataclasses import dataclass
from email.utils import formatdate
from typing import Any

from caddylite.context import House
from caddylite.http.live.exchange import Exchange
from caddylite.http.request import TLSState


@dataclass(frozen=True, slots=True)
class Limits:
    """What a client may use up: bytes, and seconds (0: no limit). The defaults are Caddy's."""

    max_header_bytes: int = 16 << 10
    read_header: float = 60.0
    read: float = 0.0
    write: float = 0.0
    idle: float = 300.0
    #: How long one read of a body, or one write, may stall.
    read_idle: float = 60.0
    write_idle: float = 60.0


class Serving:
    """A server as its connections see it; subclasses answer in :meth:`serve`."""

    def __init__(self, house: House, limits: Limits | None = None) -> None:
        self.house = house
        self.limits = limits or Limits()
        #: The connections there are, whichever version of HTTP they speak.
        self.connections: set[Any] = set()
        #: True once the server stops: responses say ``Connection: close``.
        self.closing = False
        self._date = ""
        self._date_at = 0

    def serve(self, ex: Exchange) -> Coroutine[Any, Any, None]:
        """Answer one request; what it raises but Aborted is a bug and ends the connection."""
        raise NotImplementedError

    def date(self) -> str:
        """Return the time as HTTP writes it (RFC 9110, 5.6.7)."""
        now = int(self.house.clock())
        if now != self._date_at:
            self._date_at, self._date = now, formatdate(now, usegmt=True)
        return self._date

    def tls_state(self, transport: Any) -> TLSState | None:
        """Return what is known of the connection's TLS; None on a plain one.

        A transport that carries TLS has ``tls_state``, a TLSState or a method that returns one.
        """
        state = getattr(transport, "tls_state", None)
        found = state() if callable(state) else state
        return found if isinstance(found, TLSState) else None

    def address(self, address: Any) -> tuple[str, int] | str:
        """Return a Twisted address as ``(host, port)`` or a socket's path."""
        host = getattr(address, "host", None)
        if host is not None:
            return host, address.port
        name = getattr(address, "name", b"")
        if isinstance(name, bytes):
            return name.decode("utf-8", "surrogateescape") or "@"
        return name or "@"

    def log_crash(self, problem: BaseException) -> None:
        """Note an error nobody foresaw."""
        self.house.logger("http").error("handler crashed", error=repr(problem))
