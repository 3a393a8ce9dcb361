"""The ``timeouts`` directive."""

from caddylite.adapt.helper import Helper
from caddylite.gonumbers import parse_int, parse_size, signed64
from caddylite.http.handlers.timeouts import Timeouts
from caddylite.values import Duration


def handler(h: Helper) -> Timeouts:
    """Bound how long a transfer may stall, and how slow it may be (bytes a second).

    Syntax::

        timeouts [<matcher>] {
            read_timeout <time> [<min_rate>]
            write_timeout <time> [<min_rate>]
            max_write_chunk <size>
        }
    """
    h.next()
    read, write = (Duration(0), 0), (Duration(0), 0)
    chunk = 0
    for option in h.block():
        if option == "read_timeout":
            read = _time_and_rate(h, read)
        elif option == "write_timeout":
            write = _time_and_rate(h, write)
        elif option == "max_write_chunk":
            (word,) = h.exactly()
            try:
                chunk = signed64(parse_size(word))
            except ValueError as e:
                raise h.err(f"parsing max_write_chunk: {e}") from None
        else:
            raise h.err(f"unrecognized timeouts subdirective '{option}'")
    return Timeouts(*read, *write, chunk)


def _time_and_rate(h: Helper, before: tuple[Duration, int]) -> tuple[Duration, int]:
    name = h.val
    args = h.args()
    if not 1 <= len(args) <= 2:
        raise h.arg_err()
    try:
        time = Duration.parse_go(args[0])
    except ValueError as e:
        raise h.err(f"parsing {name}: {e}") from None
    if len(args) == 1:
        return time, before[1]
    try:
        return time, parse_int(args[1])
    except ValueError as e:
        raise h.err(f"parsing {name} min_rate: {e}") from None
