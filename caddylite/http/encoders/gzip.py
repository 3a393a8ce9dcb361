"""The ``gzip`` encoder."""

from typing import Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.errors import ConfigError
from caddylite.gonumbers import atoi
from caddylite.http.encoding import Encoder
from caddylite.registry import module


@module("http.encoders.gzip")
class Gzip(Encoder, frozen=True):
    """Encodes as gzip (RFC 1952); the level is 5 when none is given.

    Syntax::

        gzip [<level>]
    """

    level: int = 0

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the level."""
        d.next()
        word = d.opt_arg()
        if word is None:
            return cls()
        try:
            return cls(atoi(word))
        except ValueError as e:
            raise ConfigError(str(e), d.at).as_is() from None  # Caddy does not say where
