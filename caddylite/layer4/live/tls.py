"""``tls``: ends TLS and hands the plain stream on."""

from typing import Any

from caddylite.errors import ConfigError
from caddylite.layer4.handlers.tls import TLS as TLSConfig
from caddylite.layer4.live.building import Builder, Live
from caddylite.layer4.live.flow import Flow
from caddylite.layer4.live.layer import Outside
from caddylite.layer4.live.transport_flow import TransportFlow
from caddylite.layer4.matching import Connection, address_text
from caddylite.tls.live.connection import TLSConnection
from caddylite.tls.live.policies import Policies
from caddylite.tls.live.termination import Terminator
from caddylite.tls.state import TLSState


class TLS(Live[TLSConfig]):
    """Terminates by the connection policies; sets ``{l4.tls.*}``."""

    def prepare(self, builder: Builder) -> None:
        """Check the policies; contexts are made when they are first needed."""
        self.log = self.house.logger("layer4.handlers.tls")
        try:
            policies = Policies(self.ir.connection_policies, self.house.app("tls"), self.house)
        except ConfigError as e:
            raise e.wrap("setting up Handler connection policies: ") from None
        self.terminator = Terminator(policies, self.house, self._failed)

    def __call__(self, flow: Flow) -> None:
        """Put TLS between the connection and what comes after this handler."""
        flow.serve(TLSConnection(self.terminator, lambda c: self._inner(c, flow), flow.cx))

    def _inner(self, connection: TLSConnection, outer: Flow) -> TransportFlow:
        state = connection.tls_state
        cx = within(outer.cx, state)
        if self.log.enabled(10):
            self.log.debug(
                "terminated TLS", remote=address_text(cx.remote), server_name=state.server_name
            )
        return TransportFlow(self.nxt, self.house, cx, Outside(outer))

    def _failed(self, remote: Any, why: str) -> None:
        if self.log.enabled(10):
            self.log.debug("TLS handshake", remote=_text(remote), error=why)


def within(cx: Connection, state: TLSState) -> Connection:
    """Return the facts of the stream inside; what is set there is set for the whole connection."""
    return Connection(
        cx.remote,
        cx.local,
        cx.network,
        cx.started,
        cx.vars,
        cx.placeholders,
        encrypted=True,
        tls=state,
        hello=cx.hello,
    )


def _text(address: Any) -> str:
    host = getattr(address, "host", None)
    return address_text((host, address.port)) if host is not None else "@"
