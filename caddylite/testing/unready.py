"""Matchers that cannot be made ready on this machine: key files and lists that are elsewhere.

A config is often tested where its files are not. ``openvpn`` then looks at no keys, and any other
such matcher refutes everything, and says so in the trace.
"""

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from caddylite.errors import ConfigError
from caddylite.layer4.config import Route
from caddylite.layer4.matching import Match, Matcher


class Unready(Matcher, frozen=True):
    """Stands for a matcher that cannot be prepared; it refutes everything."""

    why: str = ""

    def prepare(self, cx: Any) -> Match:
        """Refute, and say why."""
        return lambda p: p.no(f"cannot be tested here: {self.why}")


def usable(routes: Sequence[Route]) -> tuple[Route, ...]:
    """Return the routes with stand-ins for what cannot be prepared."""
    return tuple(replace(r, match=tuple(_set(s) for s in r.match)) for r in routes)


def _set(matchers: dict[str, Matcher]) -> dict[str, Matcher]:
    """A stand-in has a name of its own: under the old one its fields would be looked for."""
    ready = ((name, _one(name, matcher)) for name, matcher in matchers.items())
    return {f"{name} (unready)" if isinstance(m, Unready) else name: m for name, m in ready}


def _one(name: str, matcher: Any) -> Matcher:
    try:
        matcher.prepare(None)
    except ConfigError as e:
        if name == "not":
            inside: Matcher = replace(matcher, sets=tuple(_set(s) for s in matcher.sets or ()))
            return inside
        if name == "openvpn":
            keyless: Matcher = replace(
                matcher, group_key_file="", server_key_file="", client_key_files=()
            )
            return keyless if _prepares(keyless) else Unready(str(e))
        return Unready(str(e))
    kept: Matcher = matcher
    return kept


def _prepares(matcher: Matcher) -> bool:
    try:
        matcher.prepare(None)
    except ConfigError:
        return False
    return True
