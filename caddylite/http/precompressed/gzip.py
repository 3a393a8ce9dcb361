"""Files that lie ready as ``.gz``."""

from typing import ClassVar

from caddylite.http.encoding import Precompressed
from caddylite.registry import module


@module("http.precompressed.gzip")
class Gzip(Precompressed, frozen=True):
    """Serves ``FILE.gz`` for ``FILE`` to clients that accept ``gzip``.

    Syntax::

        precompressed gzip
    """

    accept_encoding: ClassVar[str] = "gzip"
    suffix: ClassVar[str] = ".gz"
