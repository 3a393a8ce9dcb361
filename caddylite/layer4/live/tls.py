"""``tls``: ends TLS and hands the plain stream on."""

from dataclasses import replace
from typing import Any

from caddylite.layer4.handlers.tls import TLS as TLSConfig
from caddylite.layer4.live.building import Builder, Live
from caddylite.layer4.live.flow import Flow
from caddylite.layer4.live.tls_values import describe
from caddylite.layer4.live.transport_flow import TransportFlow
from caddylite.layer4.matching import Connection, address_text
from caddylite.tls.live.connection import TLSConnection
from caddylite.tls.live.policies import Policies
from caddylite.tls.live.termination import Terminator


class TLS(Live[TLSConfig]):
    """Terminates by the connection policies; sets ``{l4.tls.*}``."""

    def prepare(self, builder: Builder) -> None:
        """Check the policies; contexts are made when they are first needed."""
        self.log = self.house.logger("layer4.handlers.tls")
        policies = Policies(self.ir.connection_policies, self.house.app("tls"), self.house)
        self.terminator = Terminator(policies, self.house, self._failed)

    def __call__(self, flow: Flow) -> None:
        """Put TLS between the connection and what comes after this handler."""
        cx = replace(flow.cx, encrypted=True)
        flow.serve(TLSConnection(self.terminator, lambda c: self._inner(c, cx, flow), flow.cx))

    def _inner(self, connection: TLSConnection, cx: Connection, outer: Flow) -> TransportFlow:
        cx.tls = state = connection.tls_state
        describe(state, cx.placeholders)
        if self.log.enabled(10):
            self.log.debug(
                "terminated TLS", remote=address_text(cx.remote), server_name=state.server_name
            )
        return TransportFlow(self.nxt, self.house, cx, _Outside(outer))

    def _failed(self, remote: Any, why: str) -> None:
        if self.log.enabled(10):
            self.log.debug("TLS handshake", remote=_text(remote), error=why)


class _Outside:
    """Owns the flow inside: what became of it is what becomes of the connection."""

    __slots__ = ("_flow",)

    def __init__(self, flow: Flow) -> None:
        self._flow = flow

    def closed(self, flow: Flow) -> None:
        """Let the log of the connection tell which route was taken, and why it ended."""
        outer = self._flow
        outer.route = flow.route or outer.route
        outer.why = outer.why or flow.why


def _text(address: Any) -> str:
    host = getattr(address, "host", None)
    return address_text((host, address.port)) if host is not None else "@"
