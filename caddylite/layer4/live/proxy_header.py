"""PROXY headers taken off the front of a connection: the listener wrapper's and the handler's way.

The policies are those of go-proxyproto, which Caddy uses. A header is asked for by what the policy
of the peer says: USE takes it where there is one, REQUIRE closes without one, IGNORE drops it,
REJECT closes if there is one, SKIP does not look. A peer that sends nothing for ``timeout``
seconds counts as one without a header.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from caddylite.errors import ConfigError
from caddylite.ip import parse_prefix, ranges_test
from caddylite.layer4.live.flow import Flow
from caddylite.layer4.live.selector import Next
from caddylite.layer4.matching import Connection
from caddylite.wire import proxy_header
from caddylite.wire.proxy_header import Absent, Incomplete, Malformed

#: Caddy's (go-proxyproto's) default timeout, in seconds.
TIMEOUT: Final = 10.0

USE, IGNORE, REJECT, REQUIRE, SKIP = "USE", "IGNORE", "REJECT", "REQUIRE", "SKIP"

#: Says which policy holds for a connection.
PolicyOf = Callable[[Connection], str]


def policies(allow: Sequence[str], deny: Sequence[str], fallback: str) -> PolicyOf:
    """Return the rule: deny, then allow, then the fallback; Unix sockets are always believed."""
    denied, allowed = _ranges(deny), _ranges(allow)
    otherwise = fallback or IGNORE

    def policy(cx: Connection) -> str:
        if isinstance(cx.remote, str):
            return USE
        host = cx.remote[0]
        if denied(host):
            return REJECT
        return USE if allowed(host) else otherwise

    return policy


def _ranges(texts: Sequence[str]) -> Callable[[str], bool]:
    try:
        return ranges_test([parse_prefix(text) for text in texts])
    except ValueError as e:
        raise ConfigError(str(e)) from None


class ProxyHeaders:
    """A stage: reads the header (if any), sets the addresses, and hands the rest on."""

    def __init__(
        self,
        policy: PolicyOf,
        house: Any,
        nxt: Next,
        timeout: float = TIMEOUT,
        note: Callable[[Flow, str], object] | None = None,
    ) -> None:
        self.policy, self.nxt, self.note = policy, nxt, note
        self.timeouts = house.timeouts(timeout or TIMEOUT)

    def __call__(self, flow: Flow) -> None:
        """Take a flow."""
        policy = self.policy(flow.cx)
        if policy == SKIP:
            self.nxt(flow)
            return
        reading = _Reading(self, flow, policy)
        if flow.ended:
            reading.ended()
        elif not reading.decide():
            reading.wait()


class _Reading:
    """A flow whose header has not come whole."""

    __slots__ = ("deadline", "flow", "policy", "stage")

    def __init__(self, stage: ProxyHeaders, flow: Flow, policy: str) -> None:
        self.stage, self.flow, self.policy = stage, flow, policy
        self.deadline: Any = None

    def wait(self) -> None:
        """Read on, not for ever."""
        self.deadline = self.stage.timeouts.add(self._too_slow)
        self.flow.watch(self)

    def decide(self) -> bool:
        """Settle it; False when more bytes are needed."""
        found = proxy_header.read(self.flow.data)
        if isinstance(found, Incomplete):
            return False
        self._stop()
        if isinstance(found, Absent):
            self._without()
        elif isinstance(found, Malformed):
            self._refuse(found.why)
        elif self.policy == REJECT:
            self._refuse("upstream connection sent PROXY header but isn't allowed to send one")
        else:
            self._take(found)
        return True

    def _take(self, header: proxy_header.ProxyHeader) -> None:
        flow = self.flow
        flow.take(header.size)
        flow.strip_headers()
        if self.policy != IGNORE and header.source is not None:
            flow.cx.remote = header.source
            if header.destination is not None:
                flow.cx.local = header.destination
        self.stage.nxt(flow)

    def _without(self) -> None:
        if self.policy == REQUIRE:
            self._refuse("proxy protocol signature not present")
        else:
            self.stage.nxt(self.flow)

    def _refuse(self, why: str) -> None:
        note = self.stage.note
        if note is not None:
            note(self.flow, why)
        self.flow.close(why)

    def _stop(self) -> None:
        deadline, self.deadline = self.deadline, None
        if deadline is not None:
            self.stage.timeouts.cancel(deadline)
            self.flow.unwatch()

    def _too_slow(self) -> None:
        self.deadline = None
        self.flow.unwatch()
        self._without()

    # As the flow's reader.

    def more(self) -> None:
        """More bytes have come."""
        self.decide()

    def ended(self) -> None:
        """No more will come."""
        if not self.decide():
            self._stop()
            self._without()

    def lost(self) -> None:
        """It is gone."""
        deadline, self.deadline = self.deadline, None
        if deadline is not None:
            self.stage.timeouts.cancel(deadline)
