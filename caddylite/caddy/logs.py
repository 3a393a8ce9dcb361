"""The IR of logging (``logging``)."""

from caddylite.caddy.kinds import LogCore, LogEncoder, LogWriter
from caddylite.node import Node
from caddylite.values import Duration, Nanoseconds


class Sampling(Node, frozen=True):
    """How many like records are written: all of the first, then one in so many."""

    interval: Nanoseconds = Duration(0)
    first: int = 0
    thereafter: int = 0


class BaseLog(Node, frozen=True):
    """What every log has."""

    writer: LogWriter | None = None
    encoder: LogEncoder | None = None
    core: LogCore | None = None
    level: str = ""
    sampling: Sampling | None = None
    with_caller: bool = False
    with_caller_skip: int = 0
    with_stacktrace: str = ""


class Log(BaseLog, frozen=True):
    """A log: which records, how, where to."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


class Logging(Node, frozen=True):
    """The logs, by name; ``sink`` takes what libraries write."""

    sink: BaseLog | None = None
    logs: dict[str, Log] = {}
