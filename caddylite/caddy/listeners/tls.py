"""The place of TLS among the listener wrappers."""

from typing import Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.kinds import ListenerWrapper
from caddylite.registry import module


@module("caddy.listeners.tls")
class TLSWrapper(ListenerWrapper, frozen=True):
    """Marks where TLS ends: wrappers before it see the raw bytes, those after it clear text.

    Syntax::

        tls
    """

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read nothing: Caddy does not look at the words."""
        return cls()
