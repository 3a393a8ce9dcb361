"""The ``throttle`` handler."""

from collections.abc import Callable
from typing import Any, Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.gonumbers import parse_float, parse_int
from caddylite.layer4.handling import Handler
from caddylite.layer4.options import only_options, refuse_twice, take_duration, take_number
from caddylite.registry import module
from caddylite.values import Duration


def _int32(text: str) -> int:
    return parse_int(text, 32)


_NUMBERS: dict[str, Callable[[str], Any]] = {
    "read_burst_size": _int32,
    "read_bytes_per_second": parse_float,
    "total_read_burst_size": _int32,
    "total_read_bytes_per_second": parse_float,
}


@module("layer4.handlers.throttle")
class Throttle(Handler, frozen=True):
    """Slows reading down: for each connection, and for all that this handler has together.

    Syntax::

        throttle {
            latency <duration>
            read_burst_size <bytes>
            read_bytes_per_second <bytes>
            total_read_burst_size <bytes>
            total_read_bytes_per_second <bytes>
        }
    """

    read_bytes_per_second: float = 0.0
    read_burst_size: int = 0
    total_read_bytes_per_second: float = 0.0
    total_read_burst_size: int = 0
    latency: Duration = Duration(0)

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the options, each at most once."""
        given: dict[str, Any] = {}
        for option in only_options(d, cls.name):
            refuse_twice(d, cls.name, option, given)
            if option == "latency":
                given[option] = take_duration(d, cls.name, option)
            elif option in _NUMBERS:
                given[option] = take_number(d, cls.name, option, _NUMBERS[option])
            else:
                raise d.arg_err()
        return cls(**given)
