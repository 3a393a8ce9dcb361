"""The ``tls`` matcher."""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.errors import UnknownName
from caddylite.layer4.matching import Match, Matcher, Peek
from caddylite.layer4.peeked import client_hello, name_hello
from caddylite.registry import find, module
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


def parse_handshake_matchers(d: Dispenser) -> dict[str, HandshakeMatcher]:
    """Read handshake matchers from the rest of the line or the block that opens here.

    Of several lines with the same matcher the first counts, as in caddy-l4.
    """
    segments: dict[str, Dispenser] = {}
    before = d.nesting
    while d.next_arg() or d.next_block(before):
        name = d.val
        segment = Dispenser(d.segment())
        segments.setdefault(name, segment)
    out: dict[str, HandshakeMatcher] = {}
    for name, words in segments.items():
        try:
            cls: type[HandshakeMatcher] = find("tls.handshake_match", name)
        except UnknownName as e:
            raise d.err(
                f"getting matcher module '{name}': module not registered: "
                f"tls.handshake_match.{name}",
                e.hint,
            ) from None
        out[name] = cls.parse(words)
    return out
