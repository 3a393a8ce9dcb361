"""What the adapter tells the user although the config can be used."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Warning_:
    """A remark about a place in a file (line 0: none); ``logger`` is who Caddy says it is."""

    text: str
    file: str = ""
    line: int = 0
    logger: str = "caddyfile"
