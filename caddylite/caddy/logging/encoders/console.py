"""The encoder ``console``."""

from caddylite.caddy.logging.record_text import RecordEncoder
from caddylite.registry import module


@module("caddy.logging.encoders.console")
class Console(RecordEncoder, frozen=True):
    """Writes lines for people to read; its options are those of RecordEncoder.

    Syntax::

        format console {
            ...
        }
    """
