"""The ``quic`` matcher."""

from typing import Any, ClassVar, Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.layer4.handshakes import parse_handshake_matchers, prepare_handshake_matchers
from caddylite.layer4.matching import Match, Matcher, NeedMore, Peek
from caddylite.registry import module
from caddylite.tls.kinds import HandshakeMatcher

_VERSION_NAMES = {1: "v1", 0x6B3343CF: "v2"}


@module("layer4.matchers.quic")
class QUIC(Matcher, frozen=True):
    """Matches QUIC clients (versions 1 and 2), by the ClientHello in their Initial packets.

    Only datagrams can match. The matchers inside are those of ``tls``; all must match. It sets
    ``{l4.quic.tls.server_name}``, ``{l4.quic.tls.version}`` and ``{l4.quic.version}``.

    Syntax::

        quic [<matcher> <arguments...>]
        quic {
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
        tests = prepare_handshake_matchers(self.matchers or {}, house)

        def match(p: Peek) -> bool:
            if p.cx.network != "udp":
                return p.no("QUIC comes in UDP datagrams only")
            reader = _reader(p)
            hello = reader.outcome
            if hello is None:
                raise NeedMore(committed=True)
            if not hasattr(hello, "server_name"):
                return p.no(hello.why)
            names = p.cx.placeholders
            names["l4.quic.tls.server_name"] = hello.server_name
            names["l4.quic.tls.version"] = "tls1.3"
            names["l4.quic.version"] = _VERSION_NAMES[reader.version]
            for name, test in tests:
                if not test(hello, p.cx):
                    return p.no(f"{name} does not match a QUIC client of {hello.server_name!r}")
            return True

        return match


def _reader(p: Peek) -> Any:
    """Return what the datagrams so far have come to; each is opened once."""
    from caddylite.wire.quic_initial import InitialReader

    reader = p.memo.get("quic")
    if reader is None:
        reader = p.memo["quic"] = InitialReader()
    datagrams = p.datagrams or (p.first_datagram,)
    for datagram in datagrams[reader.taken :]:
        reader.feed(datagram)
    return reader
