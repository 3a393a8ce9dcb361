"""The ``tls`` matcher."""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.layer4.handshakes import parse_handshake_matchers
from caddylite.layer4.matching import Match, Matcher, Peek
from caddylite.layer4.peeked import client_hello, name_hello
from caddylite.registry import module
from caddylite.tls.handshake import HandshakeTest
from caddylite.tls.kinds import HandshakeMatcher
from caddylite.wire.clienthello import Hello, Malformed, NotTLS


@module("layer4.matchers.tls")
class TLS(Matcher, frozen=True):
    """Matches connections that open with a TLS ClientHello (RFC 8446, 4.1.2).

    The whole ClientHello is waited for, in however many records and segments it comes. The
    matchers inside must all match. It sets ``{l4.tls.server_name}`` and ``{l4.tls.version}``.

    Syntax::

        tls [<matcher> <arguments...>]
        tls {
            sni <names...>
            sni_regexp [<name>] <pattern>
            alpn <protocols...>
            local_ip <ranges...>
            remote_ip <ranges...>
        }
    """

    transparent: ClassVar[bool] = True

    matchers: dict[str, HandshakeMatcher] | None = None

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the matchers inside."""
        d.next()
        return cls(parse_handshake_matchers(d))

    def prepare(self, house: Any) -> Match:
        """Prepare the matchers inside."""
        tests = [(name, m.prepare(house)) for name, m in (self.matchers or {}).items()]

        def match(p: Peek) -> bool:
            found = client_hello(p)
            if isinstance(found, Hello):
                return _all_match(found, p, tests)
            if isinstance(found, NotTLS):
                return p.no(found.why)
            return _unreadable(found, p, tests)

        return match


def _all_match(hello: Hello, p: Peek, tests: list[tuple[str, HandshakeTest]]) -> bool:
    name_hello(hello, p)
    for name, test in tests:
        if not test(hello, p.cx):
            asked = hello.server_name
            said = f"server name {asked!r}" if asked else "no server name"
            return p.no(f"{name} does not match a ClientHello with {said}")
    return True


def _unreadable(what: Malformed, p: Peek, tests: list[tuple[str, HandshakeTest]]) -> bool:
    """Handshake records without a ClientHello that can be read still are TLS, with no name."""
    p.why = what.why
    return all(test(_NO_FACTS, p.cx) for _, test in tests)


@dataclass(frozen=True)
class _NoFacts:
    server_name: str = ""
    alpn: tuple[str, ...] = ()


_NO_FACTS = _NoFacts()
