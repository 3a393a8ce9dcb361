"""The writer ``stdout``."""

from caddylite.caddy.kinds import LogWriter
from caddylite.registry import module


@module("caddy.logging.writers.stdout")
class Stdout(LogWriter, frozen=True):
    """Writes to standard output.

    Syntax::

        output stdout
    """
