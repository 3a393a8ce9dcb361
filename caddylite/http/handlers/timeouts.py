"""The ``timeouts`` handler."""

from caddylite.http.handling import Handler
from caddylite.registry import module
from caddylite.values import Duration, Nanoseconds


@module("http.handlers.timeouts")
class Timeouts(Handler, frozen=True):
    """Bounds how long reads and writes of bodies may stall, and how slow they may be (bytes/s)."""

    read_timeout: Nanoseconds = Duration(0)
    read_min_rate: int = 0
    write_timeout: Nanoseconds = Duration(0)
    write_min_rate: int = 0
    max_write_chunk: int = 0
