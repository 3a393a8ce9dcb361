"""Files that lie ready as ``.zst``."""

from typing import ClassVar

from caddylite.http.encoding import Precompressed
from caddylite.registry import module


@module("http.precompressed.zstd")
class Zstd(Precompressed, frozen=True):
    """Serves ``FILE.zst`` for ``FILE`` to clients that accept ``zstd``.

    Syntax::

        precompressed zstd
    """

    accept_encoding: ClassVar[str] = "zstd"
    suffix: ClassVar[str] = ".zst"
