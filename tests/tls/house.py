"""A house for TLS tests: a clock that stands still, timers run by hand, logs in a list."""

import random
from pathlib import Path
from typing import Any

from caddylite.placeholders import GLOBALS


class Log:
    def __init__(self, records: list[tuple[str, str, str, dict[str, Any]]], name: str) -> None:
        self.records, self.name = records, name

    def enabled(self, level: int) -> bool:
        return True

    def _write(self, level, message, fields):
        self.records.append((level, self.name, message, fields))

    def debug(self, message, **fields):
        self._write("debug", message, fields)

    def info(self, message, **fields):
        self._write("info", message, fields)

    def warn(self, message, **fields):
        self._write("warn", message, fields)

    def error(self, message, **fields):
        self._write("error", message, fields)

    def named(self, name):
        return Log(self.records, f"{self.name}.{name}")


class Timer:
    def __init__(self, house, due, call, args):
        self.house, self.due, self.call, self.args = house, due, call, args

    def cancel(self):
        self.house.timers.remove(self)

    def active(self):
        return self in self.house.timers


class Timeouts:
    def __init__(self, house, seconds):
        self.house, self.seconds = house, seconds

    def add(self, call):
        return self.house.later(self.seconds, call)

    def cancel(self, entry):
        if entry.active():
            entry.cancel()


class House:
    """Time passes only in :meth:`pass_time`."""

    reactor: Any = None
    environ: dict[str, str] = {}
    globals = staticmethod(GLOBALS)

    def __init__(self, data_dir: Path, now: float = 1_800_000_000.0) -> None:
        self.data_dir = self.config_dir = data_dir
        self.random = random.Random(1)
        self.now = now
        self.timers: list[Timer] = []
        self.records: list[Any] = []
        self.apps: dict[str, Any] = {}
        self.stops: list[Any] = []
        self.kept: dict[str, Any] = {}

    def clock(self):
        return self.now

    def monotonic(self):
        return self.now

    def later(self, seconds, call, *args):
        timer = Timer(self, self.now + seconds, call, args)
        self.timers.append(timer)
        return timer

    def timeouts(self, seconds):
        return Timeouts(self, seconds)

    def logger(self, name):
        return Log(self.records, name)

    def app(self, name):
        return self.apps.get(name)

    def on_stop(self, call):
        self.stops.append(call)

    def pass_time(self, seconds: float) -> None:
        end = self.now + seconds
        while True:
            due = [t for t in self.timers if t.due <= end]
            if not due:
                break
            first = min(due, key=lambda t: t.due)
            self.timers.remove(first)
            self.now = max(self.now, first.due)
            first.call(*first.args)
        self.now = end

    def logged(self, level: str) -> list[str]:
        return [r[2] for r in self.records if r[0] == level]
