"""Protocols agreed on in the handshake: ALPN (RFC 7301)."""

from collections.abc import Sequence
from typing import Final

#: Caddy's default for policies that name no protocols.
DEFAULT_ALPN: Final = ("h2", "http/1.1")


def negotiate(ours: Sequence[str], theirs: Sequence[str]) -> str | None:
    """Agree on a protocol (RFC 7301, 3.2): our preference counts; None if there is no way.

    As in Go, a client that knows nothing newer than HTTP/1.1 is served without ALPN by a server
    that has HTTP/2.
    """
    if not ours or not theirs:
        return ""
    for name in ours:
        if name in theirs:
            return name
    return "" if "h2" in ours and "http/1.1" in theirs else None
