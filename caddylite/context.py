"""What the running house offers a module: a typing.Protocol, so nothing imports the runtime.

Time, chance, the network and the environment come from here, never from a global: what is built
with a House can be built in a test, or twice in one process.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random
from typing import Any, Protocol


class Logger(Protocol):
    """Writes records in Caddy's shape: a message and fields; levels are zap's.

    A record is dropped before its fields are looked at when its level is off; guard costly fields
    with :meth:`enabled`. Never give it secrets.
    """

    def enabled(self, level: int) -> bool:
        """Is anything listening at this level (DEBUG, INFO, WARN, ERROR of this module)?"""
        ...

    def debug(self, message: str, **fields: Any) -> None:
        """Write a record at level debug."""
        ...

    def info(self, message: str, **fields: Any) -> None:
        """Write a record at level info."""
        ...

    def warn(self, message: str, **fields: Any) -> None:
        """Write a record at level warn."""
        ...

    def error(self, message: str, **fields: Any) -> None:
        """Write a record at level error."""
        ...

    def named(self, name: str) -> "Logger":
        """Return the logger called ``<this>.<name>``."""
        ...


DEBUG, INFO, WARN, ERROR = 10, 20, 30, 40


class Timer(Protocol):
    """A call that is yet to come."""

    def cancel(self) -> None:
        """Do not call after all."""
        ...

    def active(self) -> bool:
        """Is it still to come?"""
        ...


class Timeouts(Protocol):
    """Many timeouts of one length, cheaper than a Timer each; they may come a little late."""

    def add(self, call: Callable[[], object]) -> Any:
        """Call after that time, unless the entry returned is cancelled before."""
        ...

    def cancel(self, entry: Any) -> None:
        """Do not call after all."""
        ...


class House(Protocol):
    """The running house, as live modules see it."""

    #: The Twisted reactor (any), for those parts that are live.
    reactor: Any
    random: Random
    environ: Mapping[str, str]
    #: Caddy's data directory: certificates, keys, the internal CA (mode 0700).
    data_dir: Path
    #: Where ``autosave.json`` goes.
    config_dir: Path
    #: What outlives a config: it is handed on to the house of the next.
    kept: dict[str, Any]
    #: The value of a global placeholder (``env.*``, ``file.*``, ``system.*``, ``time.now*``).
    globals: Callable[[str], Any]

    def clock(self) -> float:
        """Seconds since the epoch (for logs, certificates, cookies)."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go backwards (for timeouts)."""
        ...

    def later(self, seconds: float, call: Callable[..., object], *args: object) -> Timer:
        """Call once, after so many seconds."""
        ...

    def timeouts(self, seconds: float) -> Timeouts:
        """Return the shared queue for timeouts of this length."""
        ...

    def logger(self, name: str) -> Logger:
        """Return the logger of this name (``layer4.handlers.proxy``)."""
        ...

    def app(self, name: str) -> Any:
        """Return a running app (``tls``, ``http``, ``layer4``, ``pki``), or None.

        ``app("tls")`` is where certificates come from.
        """
        ...

    def on_stop(self, call: Callable[[], object]) -> None:
        """Call when this config is being stopped; a Deferred it returns is waited for."""
        ...
