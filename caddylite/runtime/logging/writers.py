"""Where records go: each place is opened once, for however many logs of however many configs.

A new config takes places over from the one before it; a place that nobody wants is closed.
"""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Protocol

from caddylite.errors import ConfigError
from caddylite.placeholders import Lookup, PlaceholderError, replace_or_err
from caddylite.runtime.logging.files import nearest, open_file
from caddylite.runtime.logging.net import NetLog, parse_address, shown


class Writer(Protocol):
    """Takes records, written down."""

    def write(self, data: bytes) -> object:
        """Take one."""
        ...

    def close(self) -> None:
        """Take no more."""
        ...


class Standard:
    """``stdout`` or ``stderr``; closing it does nothing."""

    def __init__(self, name: str) -> None:
        self._name = name

    def write(self, data: bytes) -> None:
        """Write at once."""
        stream = getattr(sys, self._name)
        stream.buffer.write(data)
        stream.buffer.flush()

    def close(self) -> None:
        """Leave it open: others write there too."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where records may go.

    ``key`` tells places apart, ``shown`` is what complaints call it, ``make`` opens it.
    """

    key: str
    shown: str
    make: Callable[[], Writer]

    def open(self) -> Writer:
        """Open it. ConfigError if it cannot be had."""
        try:
            return self.make()
        except OSError as e:
            path = f"{e.filename}: " if e.filename else ""
            is_file = self.key.startswith("file:")
            verb = "mkdir" if is_file and path != f"{self.key[5:]}: " else "open"
            what = (e.strerror or str(e)).lower()
            raise ConfigError(
                f"opening log writer using {self.shown}: {verb} {path}{what}"
            ) from None
        except ConfigError as e:
            raise e.wrap(f"opening log writer using {self.shown}: ") from None


class Writers:
    """The places that are open, with how many logs want each."""

    def __init__(self) -> None:
        self._open: dict[str, Writer] = {}
        self._wanted: dict[str, int] = {}

    def take(self, ir: Any, lookup: Lookup) -> tuple[str, Writer]:
        """Return a place and its key, for :meth:`release`. ConfigError if it cannot be had."""
        place = _found(ir, lookup)
        key = place.key
        writer = self._open.get(key)
        if writer is None:
            writer = self._open[key] = place.open()
        self._wanted[key] = self._wanted.get(key, 0) + 1
        return key, writer

    def release(self, key: str) -> None:
        """One log less wants this place."""
        self._wanted[key] -= 1
        if not self._wanted[key]:
            del self._wanted[key]
            with suppress(OSError):
                self._open.pop(key).close()


def check_writer(ir: Any, lookup: Lookup) -> None:
    """Complain of a place that cannot be had: sockets are connected to, files are not made."""
    if ir is not None and ir.name == "discard":
        return
    place = _found(ir, lookup)
    if not place.key.startswith("file:"):
        place.open().close()
        return
    path = os.path.abspath(place.key[5:])
    if os.path.exists(path):
        good = os.path.isfile(path) and os.access(path, os.W_OK)
    else:
        path = nearest(os.path.dirname(path))
        good = os.path.isdir(path) and os.access(path, os.W_OK)
    if not good:
        raise ConfigError(f"opening log writer using {place.shown}: {path} cannot be written to")


def _found(ir: Any, lookup: Lookup) -> Place:
    known = _MAKERS.get("stderr" if ir is None else ir.name)
    if known is None:
        raise ConfigError(f"loading log writer module: unknown module: {ir.id}")
    return known(ir, lookup)


def _standard(name: str, key: str) -> Callable[[Any, Lookup], Place]:
    return lambda ir, lookup: Place(key, key, lambda: Standard(name))


def _file(ir: Any, lookup: Lookup) -> Place:
    try:
        name = replace_or_err(ir.filename, lookup)
    except PlaceholderError as e:
        raise ConfigError(f"invalid filename for log file: {e}") from None
    key = f"file:{name}"
    # A daemon changes its directory sometimes.
    return Place(key, key, lambda: open_file(ir, os.path.abspath(name)))


def _net(ir: Any, lookup: Lookup) -> Place:
    try:
        text = replace_or_err(ir.address, lookup)
    except PlaceholderError as e:
        raise ConfigError(f"invalid host in address: {e}") from None
    address = parse_address(text)
    if ir.dial_timeout < 0:
        raise ConfigError("timeout cannot be less than 0")
    return Place(
        str(address),
        shown(ir, address),
        lambda: NetLog(address, ir.dial_timeout.seconds, ir.soft_start),
    )


_MAKERS: Final[dict[str, Callable[[Any, Lookup], Place]]] = {
    "stderr": _standard("stderr", "std:err"),
    "stdout": _standard("stdout", "std:out"),
    "file": _file,
    "net": _net,
}
