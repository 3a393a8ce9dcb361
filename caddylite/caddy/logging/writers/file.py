"""The writer ``file``."""

from collections.abc import Callable
from typing import Any, Self

from caddylite.caddy.kinds import LogWriter
from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.options import Fields, Reader, Table, exact_text, flag, read_block
from caddylite.decoding_words import Mismatch
from caddylite.errors import ConfigError
from caddylite.gonumbers import atoi, parse_size, parse_uint
from caddylite.registry import module
from caddylite.values import Duration

_MIB = 1 << 20
_DAY_NS = 86_400_000_000_000


class FileMode(int):
    """The permissions of a file: octal digits in a string in JSON."""

    __slots__ = ()

    def plain_form(self) -> str:
        """Return the digits, at least four."""
        return f"{int(self):04o}"

    @classmethod
    def parse(cls, text: str) -> "FileMode":
        """Read octal digits. ValueError in Go's words."""
        return cls(parse_uint(text.rjust(4, "0"), 32, 8))

    @classmethod
    def from_plain_form(cls, value: Any, path: tuple[str | int, ...]) -> "FileMode":
        """Read the digits from JSON."""
        if value is None:
            return cls(0)
        if not isinstance(value, str):
            raise Mismatch(value, str, path)
        try:
            return cls.parse(value)
        except ValueError as e:
            raise ConfigError(str(e), path=path) from None


@module("caddy.logging.writers.file")
class File(LogWriter, frozen=True):
    """Writes to a file, which is rolled when it gets large or when its time comes.

    Syntax::

        output file <filename> {
            mode              <mode>
            dir_mode          <mode>|inherit|from_file
            roll_disabled
            roll_size         <size>
            roll_uncompressed
            roll_compression  none|gzip|zstd
            roll_local_time
            roll_keep         <count>
            roll_keep_for     <duration>
            roll_interval     <duration>
            roll_minutes      <minutes...>
            roll_at           <times...>
            backup_time_format <format>
        }
    """

    filename: str = ""
    mode: FileMode = FileMode(0)
    dir_mode: str = ""
    roll: bool | None = None
    roll_size_mb: int = 0
    roll_interval: Duration = Duration(0)
    roll_minutes: tuple[int, ...] = ()
    roll_at: tuple[str, ...] = ()
    roll_gzip: bool | None = None
    roll_compression: str = ""
    roll_local_time: bool = False
    roll_keep: int = 0
    roll_keep_days: int = 0
    backup_time_format: str = ""

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the name and the block."""
        d.next()
        filename = d.only_arg()
        fields = read_block(d, _SYNTAX, "unrecognized subdirective '{}'")
        return cls(filename=filename, **fields)


def _converted(field: str, convert: Callable[[str], Any], complaint: str) -> Reader:
    """Read exactly one argument and convert it."""

    def read(d: Dispenser, out: Fields) -> None:
        (word,) = d.exactly()
        try:
            out[field] = convert(word)
        except ValueError as e:
            raise d.err(complaint.format(e)) from None

    return read


def _dir_mode(word: str) -> str:
    word = word.strip()
    if word.lower() not in ("inherit", "from_file"):
        FileMode.parse(word)
    return word


def _megabytes(word: str) -> int:
    """Read a size, in MiB, rounded up."""
    return -(-parse_size(word) // _MIB)


def _compression(word: str) -> str:
    word = word.strip().lower()
    if word not in ("none", "gzip", "zstd"):
        raise ValueError("must be 'none', 'gzip' or 'zstd'")
    return word


def _keep_for(d: Dispenser, out: Fields) -> None:
    """Read a duration, in days, rounded up."""
    (word,) = d.exactly()
    try:
        span = Duration.parse(word)
    except ValueError as e:
        raise d.err(f"parsing roll_keep_for duration: {e}") from None
    if span < 0:
        raise d.err(f"negative roll_keep_for duration: {span.text}")
    out["roll_keep_days"] = -(-int(span) // _DAY_NS)


def _listed(field: str, convert: Callable[[str], Any]) -> Reader:
    """Read words and parts of words between commas."""

    def read(d: Dispenser, out: Fields) -> None:
        values = []
        for part in (p.strip() for word in d.some_args() for p in word.split(",")):
            if not part:
                raise d.err(f"parsing {field}: empty value")
            try:
                values.append(convert(part))
            except ValueError as e:
                raise d.err(f"parsing {field} number: {e}") from None
        out[field] = tuple(values)

    return read


_SYNTAX: Table = {
    "mode": _converted("mode", FileMode.parse, "parsing mode: {}"),
    "dir_mode": _converted("dir_mode", _dir_mode, "parsing dir_mode: {}"),
    "roll_disabled": flag("roll", False),
    "roll_size": _converted("roll_size_mb", _megabytes, "parsing size: {}"),
    "roll_uncompressed": flag("roll_gzip", False),
    "roll_compression": _converted(
        "roll_compression", _compression, "parsing roll_compression: {}"
    ),
    "roll_local_time": flag("roll_local_time", True),
    "roll_keep": _converted("roll_keep", atoi, "parsing roll_keep number: {}"),
    "roll_keep_for": _keep_for,
    "roll_interval": _converted(
        "roll_interval", Duration.parse, "parsing roll_interval duration: {}"
    ),
    "roll_minutes": _listed("roll_minutes", atoi),
    "roll_at": _listed("roll_at", str),
    "backup_time_format": exact_text("backup_time_format"),
}
