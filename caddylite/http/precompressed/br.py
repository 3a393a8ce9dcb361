"""Files that lie ready as ``.br``."""

from typing import ClassVar

from caddylite.http.encoding import Precompressed
from caddylite.registry import module


@module("http.precompressed.br")
class Brotli(Precompressed, frozen=True):
    """Serves ``FILE.br`` for ``FILE`` to clients that accept ``br``.

    Syntax::

        precompressed br
    """

    accept_encoding: ClassVar[str] = "br"
    suffix: ClassVar[str] = ".br"
