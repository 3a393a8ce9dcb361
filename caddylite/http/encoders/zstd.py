"""The ``zstd`` encoder."""

from typing import Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.caddyfile.options import Fields, read_block
from caddylite.http.encoding import Encoder
from caddylite.registry import module

#: The names of levels, in the order in which the complaint shows them.
LEVELS = ("fastest", "better", "best", "default")


@module("http.encoders.zstd")
class Zstd(Encoder, frozen=True):
    """Encodes as Zstandard (RFC 8878).

    Syntax::

        zstd [<level>] {
            level <level>
            disable_checksum
        }

    A level is one of ``fastest``, ``default``, ``better`` and ``best``.
    """

    level: str = ""
    checksum: bool | None = None

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the level from the line or the block."""
        d.next()
        words = d.args()
        if len(words) > 1:
            raise d.arg_err()
        given: Fields = {}
        if words:
            given["level"] = _checked(d, words[0])
        return cls(**read_block(d, _SYNTAX, "unknown subdirective '{}'", given))


def _checked(d: Dispenser, level: str) -> str:
    if level.lower() not in LEVELS:
        known = ", ".join(f"'{name}'" for name in LEVELS)
        raise d.err(f"unexpected compression level, use one of {known}")
    return level


def _level(d: Dispenser, out: Fields) -> None:
    words = d.args()
    if len(words) != 1:
        raise d.arg_err()
    if out.get("level"):
        raise d.err("compression level already specified")
    out["level"] = _checked(d, words[0])


def _disable_checksum(d: Dispenser, out: Fields) -> None:
    d.no_more_args()
    if "checksum" in out:
        raise d.err("checksum already specified")
    out["checksum"] = False


_SYNTAX = {"level": _level, "disable_checksum": _disable_checksum}
