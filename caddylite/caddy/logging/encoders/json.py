"""The encoder ``json``."""

from caddylite.caddy.logging.record_text import RecordEncoder
from caddylite.registry import module


@module("caddy.logging.encoders.json")
class JSON(RecordEncoder, frozen=True):
    """Writes one JSON object a line; its options are those of RecordEncoder.

    Syntax::

        format json {
            ...
        }
    """
