"""``http_redirect`` as a listener wrapper: plain HTTP on the TLS port is sent to HTTPS."""

from typing import Any, Final
from urllib.parse import quote

from caddylite.caddy.listeners.http_redirect import HTTPRedirect
from caddylite.layer4.live.flow import Flow
from caddylite.layer4.live.selector import Next
from caddylite.wire import http_head

#: What an HTTP request begins with, as far as this wrapper cares.
_BEGINNINGS: Final = (b"GET /", b"HEAD ", b"POST ", b"PUT /", b"OPTIO")
_ENOUGH: Final = 5
_MOST: Final = 1 << 20
_SECONDS: Final = 60.0


def make(ir: HTTPRedirect, tree: Any, nxt: Next) -> Next:
    """Look at the first bytes: HTTP is answered here, all else goes on."""
    maximum = ir.max_header_bytes or _MOST
    timeouts = tree.house.timeouts(_SECONDS)

    def stage(flow: Flow) -> None:
        look = _Look(flow, nxt, maximum, timeouts)
        if flow.ended:
            look.ended()
        elif not look.decide():
            look.wait()

    return stage


class _Look:
    """A flow whose first bytes are being waited for."""

    __slots__ = ("deadline", "flow", "maximum", "nxt", "timeouts")

    def __init__(self, flow: Flow, nxt: Next, maximum: int, timeouts: Any) -> None:
        self.flow, self.nxt, self.maximum, self.timeouts = flow, nxt, maximum, timeouts
        self.deadline: Any = None

    def wait(self) -> None:
        """Read on, not for ever."""
        self.deadline = self.timeouts.add(self._too_slow)
        self.flow.watch(self)

    def decide(self) -> bool:
        """Go on, or answer; False when more bytes are needed."""
        flow = self.flow
        data = flow.data
        if not any(b.startswith(data[:_ENOUGH]) for b in _BEGINNINGS):
            self._done()
            self.nxt(flow)
            return True
        if len(data) < _ENOUGH:
            return False
        found = http_head.read(data)
        if isinstance(found, http_head.Incomplete) and len(data) <= self.maximum:
            return False
        self._done()
        if isinstance(found, http_head.Head) and found.host:
            flow.send(_redirect(found))
            flow.close("redirected HTTP request on HTTPS port")
        else:
            flow.close("couldn't read HTTP request")
        return True

    def _done(self) -> None:
        if self.deadline is not None:
            self.timeouts.cancel(self.deadline)
            self.deadline = None
            self.flow.unwatch()

    def _too_slow(self) -> None:
        self.deadline = None
        self.flow.unwatch()
        self.flow.close("timed out waiting for the first bytes")

    # As the flow's reader.

    def more(self) -> None:
        """More bytes have come."""
        self.decide()

    def ended(self) -> None:
        """No more will come: the next wrapper may know what to do with what there is."""
        if not self.decide():
            self._done()
            self.nxt(self.flow)

    def lost(self) -> None:
        """It is gone."""
        if self.deadline is not None:
            self.timeouts.cancel(self.deadline)
            self.deadline = None


def _redirect(head: http_head.Head) -> bytes:
    """Write the response Caddy writes: HTTP/1.0, so that the connection ends."""
    path = quote(head.raw_path.encode("utf-8", "surrogateescape"), safe="/%:@!$&'()*+,;=~[]")
    query = f"?{head.query}" if head.query else ""
    return (
        "HTTP/1.0 308 Permanent Redirect\r\n"
        f"Location: https://{head.host}{path}{query}\r\n"
        "Content-Length: 0\r\n\r\n"
    ).encode("utf-8", "surrogateescape")
