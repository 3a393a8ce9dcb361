"""What handlers and listener wrappers do to a connection, as far as that can be foretold."""

from dataclasses import replace
from typing import Any

from caddylite.layer4.matching import Connection, address_text, expand_early
from caddylite.testing import balancing
from caddylite.testing.certificates import is_missing
from caddylite.testing.proxy_headers import (
    IGNORE,
    REJECT,
    REQUIRE,
    SKIP,
    as_caddy_l4,
    policy_for,
)
from caddylite.testing.stream import Clock, Flights, Quiet, Stream
from caddylite.testing.trace import Trace
from caddylite.tls.protocols import DEFAULT_ALPN, negotiate
from caddylite.tls.state import TLSState
from caddylite.wire import clienthello, http_head, proxy_header

#: The header of a TLS record: Go looks at it whole.
_RECORD = 5
_SSL_REQUEST = bytes.fromhex("0000000804d2162f")
#: What the wrapper ``http_redirect`` takes for a request.
_PLAIN_HTTP = (b"GET /", b"HEAD ", b"POST ", b"PUT /", b"OPTIO")
_ENDS = {
    "echo": "sends back what it gets",
    "close": "closes the connection",
    "socks5": "serves as a SOCKS5 proxy",
}


class Effects:
    """The half of a walk that knows handlers by name."""

    trace: Trace
    cx: Connection
    clock: Clock
    flights: Flights
    stream: Stream
    blind: bool
    detail: bool
    #: The names that there are certificates for; None if there may be others.
    certificates: frozenset[str] | None
    #: Handlers do what those of caddy-l4 at 42db569 do.
    as_caddy_l4: bool

    def note(self, kind: str, where: str, text: str, value: Any = None) -> None:
        """Add a step."""
        raise NotImplementedError

    def end(self, outcome: str, place: str = "", why: str = "") -> bool:
        """Say how it ends."""
        raise NotImplementedError

    def pending_at(self, place: str, why: str) -> None:
        """Remember what is waited for."""
        raise NotImplementedError

    def line(self, value: Any) -> str:
        """Return where a part of the config stands."""
        raise NotImplementedError

    def terminal(self, handler: Any, place: str) -> bool:
        """End at a handler that keeps the connection."""
        self.trace.line = self.line(handler)
        why = _ENDS.get(handler.name, "")
        if handler.name == "proxy":
            why = self._proxy(handler)
        return self.end(handler.name, place, why)

    def _proxy(self, handler: Any) -> str:
        result = self.trace
        result.upstreams, result.choice = balancing.choose(handler, self.cx)
        result.passed = self.stream.data
        why = "to " + (", ".join(result.upstreams) or "nothing: there is no upstream")
        if result.choice:
            why += f" ({result.choice})"
        if handler.proxy_protocol:
            version = 1 if handler.proxy_protocol == "v1" else 2
            result.preface = proxy_header.build(version, self.cx.remote, self.cx.local)
            result.seen_from = address_text(self.cx.remote)
            why += f", PROXY {handler.proxy_protocol} from {result.seen_from}"
        if any(u.tls is not None for u in handler.upstreams):
            why += ", in TLS of its own"
        return why

    def passing(self, handler: Any, place: str) -> bool:
        """Let a handler change the connection; True if it ends here after all."""
        if handler.name == "tls":
            return self.tls(handler.connection_policies, place, handler)
        if handler.name == "proxy_protocol":
            return self.take_proxy_header(handler, place, handler=True)
        if handler.name == "postgres_tls":
            return self._postgres_tls(handler, place)
        if handler.name == "vars":
            handler.apply(self.cx)
            said = ", ".join(f"{k}={self.cx.vars.get(k)}" for k in handler.values)
            self.note("handler", place, f"sets {said}", handler)
            return False
        if handler.name == "tee" and self.as_caddy_l4:
            self.stream.again()
        words = {
            "throttle": "slows it down",
            "tee": "copies what the client says to a branch",
        }
        self.note("handler", place, words.get(handler.name, "passes it on"), handler)
        return False

    def _postgres_tls(self, handler: Any, place: str) -> bool:
        self.pending_at(place, "waits for a PostgreSQL SSLRequest")
        while len(self.stream.data) < 8 and _SSL_REQUEST.startswith(self.stream.data):
            self.stream.wait()
        if not self.stream.data.startswith(_SSL_REQUEST):
            return self.end("closed", place, "expected a Postgres SSLRequest")
        self.stream.take(8)
        self.note("handler", place, "agrees to TLS (answers S)", handler)
        if not self.stream.data:
            self.stream = self.flights.next()
        return False

    def tls(self, policies: Any, place: str, value: Any = None) -> bool:
        """Take TLS off; True if there is none to take off."""
        self.pending_at(place, "waits for a ClientHello")
        while self.as_caddy_l4 and len(self.stream.data) < _RECORD:
            self.stream.wait()
        while True:
            found = clienthello.read(self.stream.data)
            if not isinstance(found, clienthello.Incomplete):
                break
            self.pending_at(place, f"waits for a ClientHello: {found.why}")
            self.stream.wait()
        if not isinstance(found, clienthello.Hello):
            return self.end("tls", place, f"the handshake fails: {found.why}")
        policy = self._policy(policies, found)
        if policies and policy is None:
            return self.end("tls", place, "no connection policy matches: the handshake fails")
        name = found.server_name
        if policy is not None and policy.drop:
            return self.end("closed", place, "the connection policy drops it")
        wanted = policy.alpn if policy is not None else ()
        alpn = negotiate(wanted or DEFAULT_ALPN, found.alpn)
        if alpn is None:
            sides = f"{', '.join(found.alpn)} offered, {', '.join(wanted or DEFAULT_ALPN)} here"
            why = f"no ALPN protocol in common ({sides}): the handshake fails"
            return self.end("tls", place, why)
        said = f"terminates TLS (SNI {name or 'absent'}{f', ALPN {alpn}' if alpn else ''})"
        if is_missing(self.certificates, name, policy):
            said += "; no certificate here is for that: unless one comes, the handshake fails"
            self.trace.uncertified = True
        self.note("handler", place, said, value)
        state = TLSState(server_name=name, alpn=alpn)
        self.cx = replace(
            self.cx, encrypted=True, tls=state, placeholders=dict(self.cx.placeholders)
        )
        self.cx.placeholders["l4.tls.server_name"] = name
        self.cx.placeholders["l4.tls.proto"] = alpn
        self.stream = self.flights.next()
        self.blind = not self.stream.total
        return False

    def _policy(self, policies: Any, hello: clienthello.Hello) -> Any:
        for policy in policies:
            tests = [m.prepare(None) for m in (policy.match or {}).values()]
            if all(test(hello, self.cx) for test in tests):
                return policy
        return None

    def take_proxy_header(self, ir: Any, place: str, *, handler: bool) -> bool:
        """Take a PROXY header off; True if it is malformed, or refused."""
        policy = policy_for(ir, self.cx, handler, lambda r: expand_early(r, None))
        if handler and self.as_caddy_l4:
            policy = as_caddy_l4(policy)
        if policy == SKIP:
            self.note("wrapper", place, "does not look for a PROXY header from this peer", ir)
            return False
        found = self._read_header(place, ir)
        if isinstance(found, proxy_header.Malformed):
            return self.end("closed", place, f"malformed PROXY header: {found.why}")
        if not isinstance(found, proxy_header.ProxyHeader):
            if policy == REQUIRE:
                return self.end("closed", place, "there is no PROXY header, and one is required")
            self.note("wrapper", place, "no PROXY header: the address stays as it is", ir)
            return False
        if policy == REJECT:
            return self.end("closed", place, "this peer may not send a PROXY header")
        self.stream.take(found.size)
        if handler and self.as_caddy_l4:
            self.stream.unread()
        if policy == IGNORE:
            self.note("handler", place, "drops a PROXY header from a peer not trusted", ir)
            return False
        self.cx.placeholders.setdefault("l4.conn.remote_addr", address_text(self.cx.remote))
        self.cx.placeholders.setdefault("l4.conn.local_addr", address_text(self.cx.local))
        if found.source is not None:
            self.cx.remote = found.source
            if found.destination is not None:
                self.cx.local = found.destination
        said = f"takes a PROXY v{found.version} header from {address_text(self.cx.remote)}"
        self.note("handler", place, said, ir)
        return False

    def _read_header(self, place: str, ir: Any) -> proxy_header.Answer:
        """Read until it is settled; a peer silent for the timeout counts as one without."""
        timeout = ir.timeout.seconds or 10.0
        deadline = self.clock.now + timeout
        self.pending_at(place, f"waits for a PROXY header, but no longer than {timeout:g} s")
        stream = self.stream
        stream.catch_up()
        while True:
            found = proxy_header.read(stream.data)
            if not isinstance(found, proxy_header.Incomplete):
                return found
            if self.as_caddy_l4 and stream.data.startswith(b"PROXY"):
                return proxy_header.Malformed("caddy-l4 wants the whole line in one piece")
            if stream.next_at <= deadline:
                stream.arrive()
            elif deadline > stream.horizon:
                raise Quiet
            else:
                self.clock.now = deadline
                return proxy_header.Absent()

    def redirect_plain_http(self, place: str) -> bool:
        """End if it is an HTTP request without TLS; what cannot begin one passes."""
        self.pending_at(place, "waits for the first bytes")
        while any(b.startswith(self.stream.data[:5]) for b in _PLAIN_HTTP):
            found = http_head.read(self.stream.data) if len(self.stream.data) >= 5 else None
            if isinstance(found, http_head.Head) and found.host:
                return self.end("http", place, f"redirected to https://{found.host}")
            if isinstance(found, http_head.Head | http_head.NotHTTP):
                return self.end("closed", place, "an HTTP request that cannot be read")
            self.stream.wait()
        return False

    def site(self, name: str, server: Any) -> None:
        """End at the site that answers the request, if one is known."""
        from caddylite.testing.clients.requests import http_request
        from caddylite.testing.sites import describe, unfinished

        self.pending_at(name, "waits for a request")
        if self.blind and self.cx.tls is not None:
            host = self.cx.tls.server_name or "localhost"
            self.note("site", name, f"nothing is known of what is inside TLS: say GET {host}/")
            self.stream.data, self.blind = http_request(host), False
        while unfinished(self.stream.data):
            self.stream.wait()
        found = describe(name, server, self.cx, self.stream.data, self.line)
        place, self.trace.site, why, self.trace.line = found
        self.end("http", place, why)
