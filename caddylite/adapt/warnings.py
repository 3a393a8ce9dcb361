"""What the adapter tells the user although the config can be used."""

from typing import Any

import msgspec


class Warning_(msgspec.Struct, frozen=True):
    """A remark about a place in a file (line 0: none); ``logger`` is who Caddy says it is.

    A log line that is not about a place in the file is not ``placed``; ``fields`` follow its text.
    """

    text: str
    file: str = ""
    line: int = 0
    logger: str = "caddyfile"
    fields: dict[str, Any] = {}
    placed: bool = True
