"""Functions that plugins add to templates."""

from typing import ClassVar

from caddylite.node import Node


class TemplateFunctions(Node, frozen=True):
    """A set of functions (``http.handlers.templates.functions``; the standard build has none)."""

    namespace: ClassVar[str | None] = "http.handlers.templates.functions"
