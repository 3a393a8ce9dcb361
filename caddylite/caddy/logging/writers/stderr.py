"""The writer ``stderr``."""

from caddylite.caddy.kinds import LogWriter
from caddylite.registry import module


@module("caddy.logging.writers.stderr")
class Stderr(LogWriter, frozen=True):
    """Writes to standard error.

    Syntax::

        output stderr
    """
