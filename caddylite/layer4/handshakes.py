"""The syntax that ``tls`` and ``quic`` share: handshake matchers."""

from collections.abc import Mapping
from typing import Any

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.errors import ConfigError, UnknownName
from caddylite.registry import find
from caddylite.tls.handshake import HandshakeTest
from caddylite.tls.kinds import HandshakeMatcher


def prepare_handshake_matchers(
    matchers: Mapping[str, HandshakeMatcher], house: Any
) -> list[tuple[str, HandshakeTest]]:
    """Prepare handshake matchers; a complaint names the one, as Caddy's provisioning does."""
    out = []
    for name, matcher in matchers.items():
        try:
            out.append((name, matcher.prepare(house)))
        except ConfigError as e:
            raise e.named(matcher.name, matcher.id).wrap("loading TLS matchers: ") from None
    return out


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
