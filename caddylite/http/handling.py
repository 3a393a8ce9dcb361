"""What an HTTP handler is, as far as configs go; the live ones are in ``http/live``."""

from typing import ClassVar

from caddylite.node import Node


class Handler(Node, frozen=True):
    """Answers a request, or changes it and hands it on. Subclasses are IR (``http/handlers``)."""

    namespace: ClassVar[str | None] = "http.handlers"
    inline_key: ClassVar[str | None] = "handler"
