"""The ``storage_clean_interval`` option."""

from typing import Any

from caddylite.adapt.options._readers import one_word, read_number
from caddylite.caddyfile.dispenser import Dispenser
from caddylite.values import Duration


def parse(d: Dispenser, existing: Any) -> Duration | bool:
    """Say how often old things are removed from the storage; False for never.

    Syntax::

        storage_clean_interval <time>|off
    """
    word = one_word(d)
    if word == "off":
        return False
    complaint = "failed to parse storage_clean_interval, must be a duration or 'off' {1}"
    found: Duration = read_number(d, word, Duration.parse, complaint)
    return found
