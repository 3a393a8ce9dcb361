"""Following the config's file: ``run --watch`` and SIGUSR1 read it again."""

import os
from collections.abc import Callable, Iterable
from typing import Any, Final

from caddylite.caddy.config import Config
from caddylite.errors import ConfigError

#: Seconds between looks at the file, as Caddy takes them.
EVERY: Final = 1.0

#: What tells whether a file has changed.
_Mark = tuple[int, int, int] | None
#: Reads the source again: the config, its source, and the files that were imported.
Read = Callable[[], tuple[Config, Any, Iterable[str]]]


class Follower:
    """Loads the config anew when its file says something else.

    Looking costs one ``stat`` a file; only when one has changed is the config compiled, and only
    when it then differs is it loaded. (Caddy compiles it each second; and it stops following for
    good when the file cannot be read or compiled once. We go on.)
    """

    def __init__(
        self, read: Read, load: Callable[[Config, Any], None], file: str, config: Config, log: Any
    ) -> None:
        self._read, self._load, self._file, self._log = read, load, file, log
        self._config = config
        self._files: tuple[str, ...] = (file,)
        self._marks: dict[str, _Mark] = {}

    def note(self, imported: Iterable[str]) -> None:
        """Remember the files that the config consists of, and how they are now."""
        self._files = tuple(dict.fromkeys((self._file, *imported)))
        self._marks = {file: mark(file) for file in self._files}

    def look(self) -> None:
        """Load the config if its files have changed and it differs."""
        if self._marks == (now := {file: mark(file) for file in self._files}):
            return
        self._marks = now
        log = self._log.named("watcher")
        try:
            config, source, imported = self._read()
        except (ConfigError, OSError) as e:
            log.error("unable to load latest config", config_file=self._file, error=str(e))
            return
        # What was read may be newer than ``now``: then it is only read once more.
        self._files = tuple(dict.fromkeys((self._file, *imported)))
        self._marks = {file: now[file] if file in now else mark(file) for file in self._files}
        if config == self._config:
            return
        log.info("config file changed; reloading", config_file=self._file)
        self._config = config
        try:
            self._load(config, source)
        except Exception as e:
            log.error("applying latest config", config_file=self._file, error=str(e))

    def again(self) -> None:
        """Load the config whether it has changed or not (SIGUSR1)."""
        told = {"signal": "SIGUSR1", "file": self._file}
        self._log.info("reloading config from last-known source", **told)
        try:
            config, source, imported = self._read()
            self.note(imported)
            self._config = config
            self._load(config, source)
        except Exception as e:
            self._log.error("failed to reload config from file", **told, error=str(e))
        else:
            self._log.info("successfully reloaded config from file", **told)


def mark(file: str) -> _Mark:
    """Return what changes when a file does; None if there is none."""
    try:
        found = os.stat(file)
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
