"""Logs in Caddy's shape: zap's keys as JSON, or its console form on a terminal.

A record has ``level``, ``ts`` (seconds since the epoch), ``logger``, ``msg``, then its fields. A
logger knows the lowest level that any log wants of it, so that a record nobody wants costs one
comparison.
"""

import sys
import time
from collections.abc import Callable
from typing import Any, Final, TextIO

from caddylite.caddy.logging.record_text import RecordEncoder
from caddylite.context import DEBUG, ERROR, INFO, WARN
from caddylite.runtime.logging.encoding import Encode, console_encoder, json_encoder

LEVELS: Final = {"DEBUG": DEBUG, "INFO": INFO, "WARN": WARN, "ERROR": ERROR}
OFF: Final = 100

#: Writes one record: level, time, logger name, message, fields.
Sink = Callable[[int, float, str, str, dict[str, Any]], None]


class Log:
    """One log of the config: what it takes and where it puts it."""

    __slots__ = ("exclude", "include", "level", "sink")

    def __init__(
        self,
        sink: Sink,
        level: int = INFO,
        include: tuple[str, ...] = (),
        exclude: tuple[str, ...] = (),
    ) -> None:
        self.sink, self.level, self.include, self.exclude = sink, level, include, exclude

    def wants(self, name: str) -> bool:
        """Does it take the records of this logger? The longest prefix named decides."""
        best, takes = -1, not self.include
        for prefixes, answer in ((self.include, True), (self.exclude, False)):
            for prefix in prefixes:
                inside = name == prefix or name.startswith(f"{prefix}.")
                if inside and len(prefix) > best:
                    best, takes = len(prefix), answer
        return takes


class NamedLogger:
    """A :class:`caddylite.context.Logger`."""

    __slots__ = ("_book", "_logs", "level", "name")

    def __init__(self, book: "LogBook", name: str) -> None:
        self._book, self.name = book, name
        self._logs: list[Log] = []
        self.level = OFF

    def enabled(self, level: int) -> bool:
        """Does any log want this level of this logger?"""
        return level >= self.level

    def write(self, level: int, message: str, fields: dict[str, Any]) -> None:
        """Write a record to the logs that want it."""
        now = self._book.clock()
        for log in self._logs:
            if level >= log.level:
                log.sink(level, now, self.name, message, fields)

    def debug(self, message: str, **fields: Any) -> None:
        """Write at level debug."""
        if self.level <= DEBUG:
            self.write(DEBUG, message, fields)

    def info(self, message: str, **fields: Any) -> None:
        """Write at level info."""
        if self.level <= INFO:
            self.write(INFO, message, fields)

    def warn(self, message: str, **fields: Any) -> None:
        """Write at level warn."""
        if self.level <= WARN:
            self.write(WARN, message, fields)

    def error(self, message: str, **fields: Any) -> None:
        """Write at level error."""
        if self.level <= ERROR:
            self.write(ERROR, message, fields)

    def named(self, name: str) -> "NamedLogger":
        """Return the logger ``<this>.<name>``."""
        return self._book.logger(f"{self.name}.{name}" if self.name else name)

    def asked_for(self) -> bool:
        """Does a log name this logger (or one above it) in its ``include``?"""
        return any(
            self.name == prefix or self.name.startswith(f"{prefix}.")
            for log in self._logs
            for prefix in log.include
        )


class LogBook:
    """All the logs of a config, and the loggers that write to them."""

    def __init__(self, logs: list[Log], clock: Callable[[], float] = time.time) -> None:
        self.logs, self.clock = logs, clock
        self._loggers: dict[str, NamedLogger] = {}

    def logger(self, name: str) -> NamedLogger:
        """Return the logger of this name; the same one each time."""
        found = self._loggers.get(name)
        if found is None:
            found = self._loggers[name] = NamedLogger(self, name)
            self._attach(found)
        return found

    def replace(self, logs: list[Log]) -> None:
        """Write to other logs from now on; the loggers given out before follow."""
        self.logs = logs
        for logger in self._loggers.values():
            self._attach(logger)

    def _attach(self, logger: NamedLogger) -> None:
        logger._logs = [log for log in self.logs if log.wants(logger.name)]
        logger.level = min((log.level for log in logger._logs), default=OFF)


def json_sink(stream: TextIO) -> Sink:
    """Write each record as one line of JSON."""
    return _sink(stream, json_encoder())


def console_sink(stream: TextIO, colour: bool = True) -> Sink:
    """Write each record for people: time, level, logger and message, then the fields as JSON."""
    return _sink(stream, console_encoder(RecordEncoder(level_format="" if colour else "upper")))


def _sink(stream: TextIO, encode: Encode) -> Sink:
    def write(level: int, now: float, name: str, message: str, fields: dict[str, Any]) -> None:
        line = encode(level, now, name, message, fields)
        try:
            stream.write(line.encode("utf-8", "backslashreplace").decode())
            stream.flush()
        except (OSError, ValueError):
            pass  # a log that cannot be written must not end a connection

    return write


def default_sink(stream: TextIO | None = None) -> Sink:
    """Return what Caddy does without a config: console form on a terminal, else JSON."""
    stream = stream or sys.stderr
    return console_sink(stream) if stream.isatty() else json_sink(stream)


def make_book() -> LogBook:
    """Make the logs there are before a config has been read: one, on stderr."""
    return LogBook([Log(default_sink())])
