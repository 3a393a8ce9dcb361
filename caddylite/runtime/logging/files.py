"""Log files that are rolled: closed, renamed and begun anew when they get large or old.

A rolled file is called ``<name>-<time>-<reason><extension>`` like those of Caddy 2.11, the reason
being ``size`` or ``time``; ``caddylite/runtime/logging/rolled.py`` says what is kept of them.
A moment to roll at is looked for when a record is written, not by a timer.
"""

import os
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from caddylite.errors import ConfigError
from caddylite.runtime.logging import rolled
from caddylite.runtime.logging.go_time import format_time

_MIB: Final = 1 << 20
_FLAGS: Final = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0)
_FORMAT: Final = "2006-01-02T15-04-05.000"


def open_file(ir: Any, filename: str, clock: Callable[[], float] = time.time) -> "LogFile":
    """Open the file of a writer (:class:`caddylite.caddy.logging.writers.file.File`).

    Missing directories are made (0700, or as ``dir_mode`` says). OSError or ConfigError if that
    cannot be done.
    """
    _make_directories(os.path.dirname(filename) or ".", ir)
    mode = int(ir.mode)
    fd = os.open(filename, _FLAGS, mode or 0o600)
    if mode and os.fstat(fd).st_mode & 0o777 != mode & 0o777:
        os.fchmod(fd, mode & 0o7777)
    if ir.roll is False:
        return LogFile(filename, fd)
    return RollingFile(filename, fd, ir, clock)


def _make_directories(folder: str, ir: Any) -> None:
    if os.path.isdir(folder):
        return
    word = ir.dir_mode.strip().lower()
    if word in ("", "0"):
        mode = 0o700
    elif word == "inherit":
        mode = _searchable(os.stat(nearest(folder)).st_mode & 0o777)
    elif word == "from_file":
        mode = _searchable(int(ir.mode) & 0o777) | 0o200
    else:
        try:
            mode = int(word, 8)
        except ValueError:
            raise ConfigError(
                f'dir_mode: strconv.ParseUint: parsing "{word}": invalid syntax'
            ) from None
    _make(folder, mode)


def _make(folder: str, mode: int) -> None:
    """Make a folder and those above it, all with this mode."""
    above = os.path.dirname(folder)
    if above and not os.path.isdir(above):
        _make(above, mode)
    with suppress(FileExistsError):
        os.mkdir(folder, mode)


def nearest(folder: str) -> str:
    """Return the nearest folder above that exists."""
    above = os.path.abspath(folder)
    while not os.path.exists(above):
        above = os.path.dirname(above)
    return above


def _searchable(mode: int) -> int:
    """Who may read a folder may also enter it."""
    return mode | (mode & 0o444) >> 2


class LogFile:
    """A file that only grows."""

    def __init__(self, path: str, fd: int) -> None:
        self.path, self.fd = path, fd

    def write(self, data: bytes) -> None:
        """Append; OSError if that cannot be done."""
        os.write(self.fd, data)

    def close(self) -> None:
        """Close the file."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1


class RollingFile(LogFile):
    """A file that is rolled. Sizes are bytes, times seconds."""

    def __init__(self, path: str, fd: int, ir: Any, clock: Callable[[], float]) -> None:
        super().__init__(path, fd)
        self._ir, self._clock = ir, clock
        self._most = (ir.roll_size_mb or 100) * _MIB
        self._size = os.fstat(fd).st_size
        self._mode = int(ir.mode)
        self._format = ir.backup_time_format or _FORMAT
        self._compressed = ir.roll_compression.strip().lower() or (
            "none" if ir.roll_gzip is False else "gzip"
        )
        self._marks = _marks(ir.roll_minutes, ir.roll_at)
        self._rolled_at = clock()
        self._next = self._next_roll()
        self.lost = 0
        self._tidy()

    def write(self, data: bytes) -> None:
        """Append, after rolling if it is time, or if the file would get too large."""
        if len(data) > self._most:
            self.lost += 1  # Caddy writes it nowhere either
            return
        now = self._clock()
        if now >= self._next:
            self._roll("time", now)
        elif self._size + len(data) > self._most:
            self._roll("size", now)
        self._size += os.write(self.fd, data)

    def _next_roll(self) -> float:
        interval = self._ir.roll_interval.seconds
        soonest = self._rolled_at + interval if interval > 0 else float("inf")
        if self._marks:
            soonest = min(
                soonest, _next_mark(self._rolled_at, self._marks, self._ir.roll_local_time)
            )
        return soonest

    def _roll(self, reason: str, now: float) -> None:
        """Rename the file and begin a new one; if that fails, the old one goes on growing."""
        if reason == "time":
            self._rolled_at = now
            self._next = self._next_roll()
        try:
            mode = self._mode or os.fstat(self.fd).st_mode & 0o7777
            old = self._backup(reason, now)
            os.rename(self.path, old)
            try:
                fd = os.open(self.path, _FLAGS | os.O_TRUNC, mode)
            except OSError:
                os.rename(old, self.path)
                raise
            os.fchmod(fd, mode)
        except OSError:
            self._size = 0  # do not try again with every record
            return
        os.close(self.fd)
        self.fd, self._size = fd, 0
        self._tidy()

    def _backup(self, reason: str, now: float) -> str:
        """Return a name that nothing has yet."""
        base, extension = os.path.splitext(self.path)
        while True:
            stamp = format_time(now, self._format, self._ir.roll_local_time)
            path = f"{base}-{stamp}-{reason}{extension}"
            if not any(os.path.lexists(path + end) for end in rolled.SUFFIXES):
                return path
            now += 0.001 if ".000" in self._format else 1.0

    def _tidy(self) -> None:
        rolled.tidy(
            self.path,
            self._compressed,
            self._ir.roll_keep or 10,
            (self._ir.roll_keep_days or 90) * 86400.0,
            self._clock(),
        )


def _marks(minutes: tuple[int, ...], times: tuple[str, ...]) -> list[tuple[int, int]]:
    """Return the times of day to roll at; what is not one is ignored, as Caddy does."""
    out = {(hour, minute) for minute in minutes if 0 <= minute < 60 for hour in range(24)}
    for text in times:
        hour, _, minute = text.partition(":")
        if hour.isdigit() and minute.isdigit() and int(hour) < 24 and int(minute) < 60:
            out.add((int(hour), int(minute)))
    return sorted(out)


def _next_mark(after: float, marks: list[tuple[int, int]], local: bool = False) -> float:
    """Return the first of the times of day (UTC, or local) behind a moment."""
    now = datetime.fromtimestamp(after, UTC)
    if local:
        now = now.astimezone()
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    moments = (
        day + timedelta(days=days, hours=hour, minutes=minute)
        for days in (0, 1)
        for hour, minute in marks
    )
    return next(moment.timestamp() for moment in moments if moment > now)
