"""The kinds of module that encode responses; both are module maps."""

from typing import ClassVar, Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.node import Node


class Encoder(Node, frozen=True):
    """Encodes responses while they are written (``http/encoders``)."""

    namespace: ClassVar[str | None] = "http.encoders"

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the encoder's words; the cursor stands before its name."""
        raise NotImplementedError


class Precompressed(Node, frozen=True):
    """Knows the name of an encoding that files may lie ready in (``http/precompressed``)."""

    namespace: ClassVar[str | None] = "http.precompressed"
