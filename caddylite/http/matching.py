"""What a request matcher is; the IR of each is in ``http/matchers``."""

from typing import ClassVar, Self

from caddylite.caddyfile.dispenser import Dispenser
from caddylite.node import Node


class RequestMatcher(Node, frozen=True):
    """Says whether an HTTP request is of some kind."""

    namespace: ClassVar[str | None] = "http.matchers"

    @classmethod
    def parse(cls, d: Dispenser) -> Self:
        """Read the matcher's Caddyfile syntax; the cursor stands before the matcher's name.

        Where the same matcher is named several times in one set, its words are all in ``d``
        (``while d.next():``), as Caddy hands them over.
        """
        raise NotImplementedError
