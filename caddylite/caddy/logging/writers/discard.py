"""The writer ``discard``."""

from caddylite.caddy.kinds import LogWriter
from caddylite.registry import module


@module("caddy.logging.writers.discard")
class Discard(LogWriter, frozen=True):
    """Writes nothing anywhere.

    Syntax::

        output discard
    """
