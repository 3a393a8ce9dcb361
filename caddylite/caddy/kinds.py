"""The kinds of module that the program itself holds, outside its apps."""

from typing import ClassVar

from caddylite.node import Node


class LogWriter(Node, frozen=True):
    """Where log records are written (``caddy/logging/writers``)."""

    namespace: ClassVar[str | None] = "caddy.logging.writers"
    inline_key: ClassVar[str | None] = "output"


class LogEncoder(Node, frozen=True):
    """How a log record is written down (``caddy/logging/encoders``)."""

    namespace: ClassVar[str | None] = "caddy.logging.encoders"
    inline_key: ClassVar[str | None] = "format"


class LogFilter(Node, frozen=True):
    """Changes a field of a log record (``caddy/logging/encoders/filter``)."""

    namespace: ClassVar[str | None] = "caddy.logging.encoders.filter"
    inline_key: ClassVar[str | None] = "filter"


class LogCore(Node, frozen=True):
    """What takes log records instead of a writer (``caddy/logging/cores``)."""

    namespace: ClassVar[str | None] = "caddy.logging.cores"
    inline_key: ClassVar[str | None] = "module"


class ConfigLoader(Node, frozen=True):
    """Where the next config is loaded from (``caddy/config_loaders``)."""

    namespace: ClassVar[str | None] = "caddy.config_loaders"
    inline_key: ClassVar[str | None] = "module"
