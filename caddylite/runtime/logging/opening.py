"""The logs of a config, opened: levels, places, encoders, sampling."""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from caddylite.caddy.logging.record_text import RecordEncoder
from caddylite.caddy.logs import BaseLog, Logging
from caddylite.caddy.logs import Log as LogIR
from caddylite.errors import ConfigError
from caddylite.placeholders import GLOBALS, Lookup, PlaceholderError, replace_or_err
from caddylite.runtime.logging.encoding import Encode, console_encoder
from caddylite.runtime.logging.sampling import Sampler
from caddylite.runtime.logging.wrapping import make_encoder
from caddylite.runtime.logging.writers import Writer, Writers, check_writer
from caddylite.runtime.logs import LEVELS, Log, Sink

_DEFAULT: Final = "default"
_LEVELS: Final = {**LEVELS, "": LEVELS["INFO"], "PANIC": 50, "FATAL": 50}


class Logs:
    """The logs of one config, and the places they hold."""

    def __init__(self, writers: Writers) -> None:
        self.logs: list[Log] = []
        self._writers = writers
        self._keys: list[str] = []

    def open(self, config: Logging | None, lookup: Lookup = GLOBALS) -> "Logs":
        """Open every log; ConfigError if one cannot be had, and then none is held.

        There is always one called ``default``.
        """
        try:
            _each(config, lambda one: self._add(one, lookup))
        except ConfigError:
            self.close()
            raise
        return self

    def _add(self, one: LogIR, lookup: Lookup) -> None:
        level = read_level(one.level, lookup)
        check_names(one)
        if one.writer is not None and one.writer.name == "discard":
            return
        standard = one.writer is None or one.writer.name in ("stdout", "stderr")
        encode = _encoder(one, standard and _on_terminal(), lookup)
        key, writer = self._writers.take(one.writer, lookup)
        self._keys.append(key)
        self.logs.append(Log(make_sink(one, encode, writer), level, one.include, one.exclude))

    def close(self) -> None:
        """Let the places go."""
        keys, self._keys = self._keys, []
        for key in keys:
            self._writers.release(key)


def check_logs(config: Logging | None, lookup: Lookup = GLOBALS) -> None:
    """Complain of what :meth:`Logs.open` would complain of, as far as can be told beforehand.

    Sockets are connected to. No file is made: ``caddy validate`` makes them, and those made by
    root a service cannot write.
    """

    def check(one: LogIR) -> None:
        read_level(one.level, lookup)
        check_names(one)
        _encoder(one, False, lookup)
        check_writer(one.writer, lookup)

    _each(config, check)


def _each(config: Logging | None, do: Callable[[LogIR], None]) -> None:
    """Do something with every log; complaints say with which."""
    configured = {_DEFAULT: LogIR(), **(config.logs if config is not None else {})}
    for name, one in configured.items():
        what = "default log" if name == _DEFAULT else f"custom log '{name}'"
        try:
            do(one)
        except ConfigError as e:
            raise e.wrap(f"setting up {what}: ") from None


def _on_terminal() -> bool:
    return sys.stderr is not None and sys.stderr.isatty()


def _encoder(one: BaseLog, terminal: bool, lookup: Lookup) -> Encode:
    if one.encoder is None and terminal and os.environ.get("NO_COLOR"):
        return console_encoder(RecordEncoder(level_format="lower"))
    return make_encoder(one.encoder, terminal, lookup)


def make_sink(one: BaseLog, encode: Encode, writer: Writer) -> Sink:
    """Return what writes a record to a place; a place that takes none ends nothing."""
    put = writer.write

    def sink(level: int, now: float, name: str, message: str, fields: dict[str, Any]) -> None:
        with suppress(OSError, ValueError, AttributeError):
            put(encode(level, now, name, message, fields).encode("utf-8", "replace"))

    if one.sampling is None:
        return sink
    takes = Sampler(one.sampling).takes

    def sampled(level: int, now: float, name: str, message: str, fields: dict[str, Any]) -> None:
        if takes(level, now, message):
            sink(level, now, name, message, fields)

    return sampled


def read_level(text: str, lookup: Lookup = GLOBALS) -> int:
    """Read a level of the config. ConfigError in Caddy's words."""
    try:
        word = replace_or_err(text, lookup)
    except PlaceholderError as e:
        raise ConfigError(f"invalid log level: {e}") from None
    level = _LEVELS.get(word.upper())
    if level is None:
        raise ConfigError(f"unrecognized log level: {word.lower()}")
    return level


def check_names(one: LogIR) -> None:
    """Complain of what is both wanted and not, and of what has nothing to do with the other."""
    if not one.include or not one.exclude:
        return
    for name in one.include:
        if name in one.exclude:
            raise ConfigError(
                f"include and exclude must not intersect, but found {name} in both lists"
            )
    for name in one.include:
        if not any(
            f"{name}.".startswith(f"{other}.") or f"{other}.".startswith(f"{name}.")
            for other in one.exclude
        ):
            raise ConfigError(
                "when both include and exclude are populated, each element must be a superspace "
                f"or subspace of one in the other list; check '{name}' in include"
            )
