"""The ``tls`` matcher."""

from typing import Any, ClassVar, Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.layer4.handshakes import parse_handshake_matchers, prepare_handshake_matchers
from caddylite.layer4.matching import Match, Matcher, Peek
from caddylite.registry import module
from caddylite.tls.handshake import ClientFacts, HandshakeTest
from caddylite.tls.kinds import HandshakeMatcher


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
        from caddylite.layer4.peeked import client_hello, name_hello
        from caddylite.wire.clienthello import Hello, NotTLS

        tests = prepare_handshake_matchers(self.matchers or {}, house)

        def match(p: Peek) -> bool:
            found = client_hello(p)
            if isinstance(found, Hello):
                name_hello(found, p)
                return _all_match(found, p, tests)
            if isinstance(found, NotTLS):
                return p.no(found.why)
            # handshake records without a ClientHello that can be read still are TLS
            matched = _all_match(_NO_FACTS, p, tests)
            p.why = found.why
            return matched

        return match


def _all_match(hello: ClientFacts, p: Peek, tests: list[tuple[str, HandshakeTest]]) -> bool:
    for name, test in tests:
        if not test(hello, p.cx):
            asked = hello.server_name
            said = f"server name {asked!r}" if asked else "no server name"
            return p.no(f"{name} does not match a ClientHello with {said}")
    return True


class _NoFacts:
    """What is known of a ClientHello that cannot be read."""

    server_name = ""
    alpn: tuple[str, ...] = ()


_NO_FACTS = _NoFacts()
