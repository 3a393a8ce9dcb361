"""``proxy_protocol``: takes a PROXY header off the front of a connection."""

from caddylite.layer4.handlers.proxy_protocol import ProxyProtocol as ProxyProtocolConfig
from caddylite.layer4.live.building import Builder, Live
from caddylite.layer4.live.flow import Flow
from caddylite.layer4.live.proxy_header import REQUIRE, USE, PolicyOf, ProxyHeaders, policies
from caddylite.layer4.matching import Connection, address_text, expand_early


class ProxyProtocol(Live[ProxyProtocolConfig]):
    """Believes the peers the config allows.

    As in caddy-l4 a peer that is believed must send a header, and with neither ``allow`` nor
    ``deny`` nor ``fallback_policy`` all peers are. Unlike it (42db569 takes the address from
    whoever sends a header) a peer under IGNORE or SKIP is not believed, and one under REJECT is
    closed, as its documentation says.
    """

    def prepare(self, builder: Builder) -> None:
        """Parse the ranges."""
        self.log = self.house.logger("layer4.handlers.proxy_protocol")
        policy, timeout = self._policy(), self.ir.timeout.seconds
        self.stage = ProxyHeaders(policy, self.house, self.nxt, timeout, self._note)

    def _policy(self) -> PolicyOf:
        ir = self.ir
        if not (ir.allow or ir.deny or ir.fallback_policy):
            return lambda cx: USE if isinstance(cx.remote, str) else REQUIRE
        allow, deny = (
            [expand_early(r, self.house) for r in ranges] for ranges in (ir.allow, ir.deny)
        )
        rule = policies(allow, deny, ir.fallback_policy)

        def policy(cx: Connection) -> str:
            found = rule(cx)
            return REQUIRE if found == USE and not isinstance(cx.remote, str) else found

        return policy

    def __call__(self, flow: Flow) -> None:
        """Read the header; ``{l4.conn.*_addr}`` stay those of the connection itself."""
        names, cx = flow.cx.placeholders, flow.cx
        names.setdefault("l4.conn.remote_addr", address_text(cx.remote))
        names.setdefault("l4.conn.local_addr", address_text(cx.local))
        self.stage(flow)

    def _note(self, flow: Flow, why: str) -> None:
        self.log.debug("PROXY header", remote=address_text(flow.cx.remote), error=why)
