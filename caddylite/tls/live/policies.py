"""Connection policies at work: a ClientHello in, a context or a refusal out.

The ClientHello is read before OpenSSL sees a byte, so the right context is there from the start
and neither a server-name callback nor a change of context is needed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol
from weakref import WeakKeyDictionary

from OpenSSL import SSL
from twisted.internet.defer import Deferred

from caddylite.context import House
from caddylite.errors import ConfigError
from caddylite.tls.acme.challenges import ACME_TLS
from caddylite.tls.alerts import INTERNAL_ERROR, NO_APPLICATION_PROTOCOL, Refusal
from caddylite.tls.certificate import Certificate
from caddylite.tls.handshake import HandshakeTest, Peer
from caddylite.tls.kinds import HandshakeMatcher
from caddylite.tls.live.client_auth import client_auth
from caddylite.tls.live.contexts import ContextMaker
from caddylite.tls.live.keylog import key_log
from caddylite.tls.policy import ConnectionPolicy
from caddylite.tls.protocols import DEFAULT_ALPN, negotiate
from caddylite.tls.server_names import ascii_name
from caddylite.wire.clienthello import Hello

#: From this many policies on they are looked up by server name first, as in Caddy.
_MANY: Final = 30
#: What a CA offers that looks for a proof, and nothing else.
_PROVING: Final = (ACME_TLS,)


class Certificates(Protocol):
    """Who has the certificates (the TLS app)."""

    @property
    def tickets(self) -> bool:
        """False when ``session_tickets`` are disabled in the config."""
        ...

    def certificate(
        self, hello: Hello, peer: Peer, policy: ConnectionPolicy
    ) -> Certificate | str | Deferred[Certificate | str]:
        """Return the certificate for a handshake, or why there is none; now or later."""
        ...

    def challenge(self, server_name: str, peer: Peer) -> Certificate | None:
        """Return the certificate that a CA wants to see to believe that a name is ours."""
        ...


@dataclass(frozen=True, slots=True)
class Proof:
    """The handshake of a CA that looks for a proof (RFC 8737): nothing comes after it."""

    context: SSL.Context


#: How a handshake goes on.
Settled = SSL.Context | Proof | Refusal


class _Policy:
    """One policy: its tests, and its contexts by certificate."""

    __slots__ = ("contexts", "drop", "ir", "maker", "names", "tests")

    def __init__(
        self,
        ir: ConnectionPolicy,
        tests: list[HandshakeTest],
        alpn: tuple[str, ...],
        house: House,
        tickets: bool,
    ) -> None:
        self.ir, self.tests, self.drop = ir, tests, ir.drop
        sni = ir.match.get("sni")
        self.names: tuple[str, ...] = tuple(getattr(sni, "names", None) or ())
        self.maker = ContextMaker(
            ir, alpn, client_auth(ir.client_authentication, house), key_log(ir, house), tickets
        )
        self.contexts: WeakKeyDictionary[Certificate, SSL.Context] = WeakKeyDictionary()

    def context(self, certificate: Certificate) -> SSL.Context:
        found = self.contexts.get(certificate)
        if found is None:
            found = self.contexts[certificate] = self.maker.make(certificate)
        return found


def _test(matcher: HandshakeMatcher, house: House) -> HandshakeTest:
    try:
        return matcher.prepare(house)
    except ConfigError as e:
        raise e.named(matcher.name, matcher.id).wrap("loading handshake matchers: ") from None


class Policies:
    """An ordered list of policies; the first that matches counts.

    ``alpn`` are the protocols the server behind speaks: what a policy offers beyond them is left
    out (None: whatever the policy says, for a server that does not look into the stream).
    """

    def __init__(
        self,
        policies: Sequence[ConnectionPolicy],
        certificates: Certificates,
        house: House,
        alpn: Sequence[str] | None = None,
    ) -> None:
        self._certificates = certificates
        self._policies: list[_Policy] = []
        for i, ir in enumerate(policies or (ConnectionPolicy(),)):
            wanted = tuple(p for p in ir.alpn or DEFAULT_ALPN if alpn is None or p in alpn)
            tests = [_test(matcher, house) for matcher in ir.match.values()]
            try:
                policy = _Policy(ir, tests, wanted, house, certificates.tickets)
            except ConfigError as e:
                raise e.wrap(f"connection policy {i}: building standard TLS config: ") from None
            self._policies.append(policy)
        self._by_name = self._index() if len(self._policies) > _MANY else {}

    def _index(self) -> dict[str, list[_Policy]]:
        out: dict[str, list[_Policy]] = {}
        for policy in self._policies:
            for name in policy.names:
                out.setdefault(ascii_name(name), []).append(policy)
        return out

    def answer(self, hello: Hello, peer: Peer) -> Settled | Deferred[Settled]:
        """Say how a handshake is to go on: at once, or when a certificate has been obtained."""
        if hello.alpn == _PROVING and hello.server_name:
            certificate = self._certificates.challenge(hello.server_name, peer)
            if certificate is not None:
                return Proof(ContextMaker(ConnectionPolicy(), _PROVING).make(certificate))
        candidates = self._policies
        if self._by_name:
            candidates = self._by_name.get(ascii_name(hello.server_name), candidates)
        for policy in candidates:
            for test in policy.tests:
                if not test(hello, peer):
                    break
            else:
                return self._settle(policy, hello, peer)
        return Refusal(
            INTERNAL_ERROR, "no server TLS configuration available for this ClientHello"
        )

    def _settle(self, policy: _Policy, hello: Hello, peer: Peer) -> Settled | Deferred[Settled]:
        if policy.drop:
            return Refusal(INTERNAL_ERROR, "dropping connection")
        if negotiate(policy.maker.alpn, hello.alpn) is None:
            return Refusal(
                NO_APPLICATION_PROTOCOL,
                f"client requested unsupported application protocols ({_quoted(hello.alpn)})",
            )
        found = self._certificates.certificate(hello, peer, policy.ir)
        if isinstance(found, Deferred):
            later: Callable[..., Any] = found.addCallback
            return later(lambda made: _with(policy, made))  # type: ignore[no-any-return]
        return _with(policy, found)


def _with(policy: _Policy, found: Certificate | str) -> Settled:
    if isinstance(found, str):
        return Refusal(INTERNAL_ERROR, found)
    try:
        return policy.context(found)
    except ConfigError as e:
        return Refusal(INTERNAL_ERROR, str(e))


def _quoted(names: Sequence[Any]) -> str:
    return " ".join(f'"{name}"' for name in names)
