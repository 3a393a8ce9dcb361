"""How much clients may have of us at once, and the environment variables that say so.

========================================  =======  ==========================================
variable                                  default  caps
========================================  =======  ==========================================
``CADDYLITE_MAX_CONNECTIONS``             0        connections of one server (0: any number)
``CADDYLITE_MAX_MATCHING``                20000    connections that wait for a route
``CADDYLITE_MAX_MATCHING_PER_ADDRESS``    10000    the same, of one client's address
``CADDYLITE_MAX_ASSOCIATIONS``            65536    UDP associations
``CADDYLITE_MAX_ASSOCIATIONS_PER_ADDRESS``  16384  the same, of one client's address
========================================  =======  ==========================================

Beyond a cap a new connection is closed (a datagram dropped); those there are left alone. A
variable that is no number counts as not set.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from caddylite.layer4.live.selector import MATCHING, MATCHING_PER_HOST
from caddylite.runtime.udp.bounds import MOST, MOST_PER_HOST


@dataclass(frozen=True, slots=True)
class Caps:
    """The caps of a house."""

    connections: int = 0
    matching: int = MATCHING
    matching_per_host: int = MATCHING_PER_HOST
    associations: int = MOST
    associations_per_host: int = MOST_PER_HOST

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """Read the variables."""

        def number(name: str, default: int) -> int:
            text = environ.get(f"CADDYLITE_MAX_{name}", "")
            return int(text) if text.isascii() and text.isdigit() else default

        return cls(
            number("CONNECTIONS", 0),
            number("MATCHING", MATCHING),
            number("MATCHING_PER_ADDRESS", MATCHING_PER_HOST),
            number("ASSOCIATIONS", MOST),
            number("ASSOCIATIONS_PER_ADDRESS", MOST_PER_HOST),
        )
