"""``proxy_protocol`` as a listener wrapper: everything above sees the address in the header."""

from typing import Any

from caddylite.caddy.listeners.proxy_protocol import ProxyProtocol
from caddylite.layer4.live.flow import Flow
from caddylite.layer4.live.proxy_header import ProxyHeaders, policies
from caddylite.layer4.live.selector import Next
from caddylite.layer4.matching import address_text


def make(ir: ProxyProtocol, tree: Any, nxt: Next) -> Next:
    """Build the stage; ConfigError for a range that is none."""
    log = tree.house.logger("caddy.listeners.proxy_protocol")

    def note(flow: Flow, why: str) -> None:
        if log.enabled(10):
            log.debug("PROXY header refused", remote=address_text(flow.cx.remote), error=why)

    policy = policies(ir.allow, ir.deny, ir.fallback_policy)
    return ProxyHeaders(policy, tree.house, nxt, ir.timeout.seconds, note)
